/** Virtual hosts, their limits, and those of users. */
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { readColumns } from './columns.ts';
import { noSuchUserTerm, noSuchVhost, readJson } from './errors.ts';

const group = 'Virtual hosts';
const VHOST_COLUMNS = [
  'name',
  'tracing',
  'cluster_state',
  'description',
  'tags',
  'default_queue_type',
  'protected_from_deletion',
];

const METADATA = [
  { name: 'description', value: '<description>' },
  { name: 'tags', value: '<tags>' },
  { name: 'default-queue-type', value: '<type>' },
  { name: 'protected-from-deletion', value: '<true|false>', form: /^(true|false)$/ },
];

const PROTECTED =
  'Cannot delete this virtual host: it is protected from deletion. To lift the protection, inspect and update its metadata';

interface Limits {
  readonly value: Readonly<Record<string, number>>;
}

export const vhosts: readonly Command[] = [
  {
    name: 'add_vhost',
    words: '<vhost>',
    options: METADATA,
    group,
    description: 'Creates a virtual host',
    banner: ({ words: [vhost] }) => `Adding vhost "${vhost}" ...`,
    run: (call) => call.api.put(path`/vhosts/${call.words[0]}`, vhostIn(call)),
  },
  {
    name: 'clear_vhost_limits',
    group,
    description: 'Clears virtual host limits',
    banner: ({ vhost }) => `Clearing vhost "${vhost}" limits ...`,
    run: (call) => replaceLimits(call, path`/vhost-limits/${call.vhost}`, {}),
    on: { 404: ({ vhost }) => noSuchVhost(vhost) },
  },
  {
    name: 'delete_vhost',
    words: '<vhost>',
    group,
    description: 'Deletes a virtual host',
    banner: ({ words: [vhost] }) => `Deleting vhost "${vhost}" ...`,
    run: ({ api, words: [vhost] }) => api.delete(path`/vhosts/${vhost}`),
    on: {
      404: ({ words: [vhost] }) => noSuchVhost(vhost),
      412: () => new CommandError(EXIT.unavailable, PROTECTED),
    },
  },
  {
    name: 'disable_vhost_deletion_protection',
    words: '<vhost>',
    group,
    description: 'Removes deletion protection from a virtual host (so that it can be deleted)',
    banner: ({ words: [vhost] }) =>
      `Removing deletion protection from virtual host "${vhost}" by updating its metadata...`,
    run: ({ api, words: [vhost] }) => api.delete(path`/vhosts/${vhost}/deletion/protection`),
    on: { 404: ({ words: [vhost] }) => noSuchVhost(vhost) },
  },
  {
    name: 'enable_vhost_deletion_protection',
    words: '<vhost>',
    group,
    description: 'Protects a virtual host from deletion (until the protection is removed)',
    banner: ({ words: [vhost] }) => `Protecting virtual host "${vhost}" from removal by updating its metadata...`,
    run: ({ api, words: [vhost] }) => api.post<undefined>(path`/vhosts/${vhost}/deletion/protection`),
    on: { 404: ({ words: [vhost] }) => noSuchVhost(vhost) },
  },
  {
    name: 'list_vhost_limits',
    options: [{ name: 'global' }],
    group,
    description: 'Displays configured virtual host limits',
    banner: (call) =>
      call.flag('global') ? 'Listing limits for all vhosts ...' : `Listing limits for vhost "${call.vhost}" ...`,
    run: async (call) => {
      if (!call.flag('global')) return limitsText(await call.api.get(path`/vhost-limits/${call.vhost}`), '');
      const listed = await call.api.get<readonly (Limits & { readonly vhost: string })[]>('/vhost-limits');
      return { columns: ['vhost', 'limits'], rows: listed.map(({ vhost, value }) => [vhost, value]) };
    },
    on: { 404: ({ vhost }) => noSuchVhost(vhost) },
  },
  {
    name: 'list_vhosts',
    words: '[<column> ...]',
    group: 'Access Control',
    description: 'Lists virtual hosts',
    banner: () => 'Listing vhosts ...',
    run: async ({ api, words, node }) => {
      const columns = readColumns(words, VHOST_COLUMNS, ['name']);
      const listed = await api.get<readonly Record<string, unknown>[]>('/vhosts');
      const valueOf = (vhost: Record<string, unknown>, column: string): unknown =>
        column === 'cluster_state' ? `[{${node}, running}]` : vhost[column];
      return { columns, rows: listed.map((vhost) => columns.map((column) => valueOf(vhost, column))) };
    },
  },
  {
    name: 'set_vhost_limits',
    words: '<definition>',
    group,
    description: 'Sets virtual host limits',
    banner: ({ words: [definition], vhost }) => `Setting vhost limits to "${definition}" for vhost "${vhost}" ...`,
    run: (call) => replaceLimits(call, path`/vhost-limits/${call.vhost}`, readJson(call.words[0])),
    on: { 404: ({ vhost }) => noSuchVhost(vhost) },
  },
  {
    name: 'update_vhost_metadata',
    words: '<vhost>',
    options: METADATA,
    group,
    description: 'Changes what is said of a virtual host, and leaves what is not given as it is',
    banner: ({ words: [vhost] }) => `Updating metadata of vhost "${vhost}" ...`,
    run: async (call) => {
      const at = path`/vhosts/${call.words[0]}`;
      await call.api.get(at);
      return call.api.put(at, vhostIn(call));
    },
    on: { 404: ({ words: [vhost] }) => noSuchVhost(vhost) },
  },
  {
    name: 'set_vhost_tags',
    words: '<vhost> [<tag> ...]',
    group,
    description: 'Sets virtual host tags',
    banner: ({ words: [vhost, ...tags] }) => `Setting tags for virtual host "${vhost}" to [${tags.join(', ')}] ...`,
    run: async ({ api, words: [vhost, ...tags] }) => {
      const at = path`/vhosts/${vhost}`;
      const { description } = await api.get<{ readonly description?: string }>(at);
      return api.put(at, { description, tags: tags.join(',') });
    },
    on: {
      404: ({ words: [vhost] }) => new CommandError(EXIT.data, `Virtual host "${vhost}" does not exist`),
    },
  },
  {
    name: 'clear_user_limits',
    words: '<username> <limit>',
    group: 'Users',
    description: 'Clears user connection/channel limits: one of them, or all',
    banner: ({ words: [user, limit] }) =>
      limit === 'all'
        ? `Clearing all limits for user "${user}" ...`
        : `Clearing "${limit}" limit for user "${user}" ...`,
    run: (call) => {
      const [user, limit] = call.words;
      if (limit === 'all') return replaceUserLimits(call, {});
      return call.api.delete(path`/user-limits/${user}/${limit}`);
    },
    on: { 400: noSuchUserTerm, 404: noSuchUserTerm },
  },
  {
    name: 'list_user_limits',
    options: [{ name: 'user', value: '<username>' }, { name: 'global' }],
    group: 'Users',
    description: 'Displays configured user limits',
    banner: (call) =>
      call.flag('global')
        ? 'Listing limits for all users ...'
        : `Listing limits for user "${call.option('user') ?? 'guest'}" ...`,
    run: async (call) => {
      if (!call.flag('global'))
        return limitsText(await call.api.get(path`/user-limits/${call.option('user') ?? 'guest'}`), '{}');
      const listed = await call.api.get<readonly (Limits & { readonly user: string })[]>('/user-limits');
      return { columns: ['user', 'limits'], rows: listed.map(({ user, value }) => [user, byKey(value)]) };
    },
    on: { 404: (call) => noSuchUserTerm({ ...call, words: [call.option('user') ?? 'guest'] }) },
  },
  {
    name: 'set_user_limits',
    words: '<username> <definition>',
    group: 'Users',
    description: 'Sets user limits',
    banner: ({ words: [user, definition] }) => `Setting user limits to "${definition}" for user "${user}" ...`,
    run: (call) => replaceUserLimits(call, readJson(call.words[1])),
    on: { 404: noSuchUserTerm },
  },
];

/** What is said of a vhost on the command line. */
function vhostIn({ option }: Call): object {
  return {
    description: option('description'),
    tags: option('tags'),
    default_queue_type: option('default-queue-type'),
    protected_from_deletion: option('protected-from-deletion'),
  };
}

/** The API shows no limits for a user that there is not: whether it is there is asked first. */
async function replaceUserLimits(call: Call, limits: object): Promise<undefined> {
  const [user] = call.words;
  await call.api.get(path`/users/${user}`);
  return replaceLimits(call, path`/user-limits/${user}`, limits);
}

/** Those that are not named any more go. */
async function replaceLimits({ api }: Call, at: string, limits: object): Promise<undefined> {
  const [current] = await api.get<readonly Limits[]>(at);
  for (const [name, value] of Object.entries<unknown>({ ...limits })) await api.put(at + path`/${name}`, { value });
  for (const name of Object.keys(current?.value ?? {})) {
    if (!Object.hasOwn(limits, name)) await api.delete(at + path`/${name}`);
  }
  return undefined;
}

/** `none`: the text for none. */
function limitsText([limits]: readonly Limits[], none: '' | '{}'): { text: string; json: unknown } {
  return { text: limits === undefined ? none : JSON.stringify(byKey(limits.value)), json: limits?.value ?? {} };
}

/** RabbitMQ shows limits in the order of their names. */
function byKey(limits: Limits['value']): Limits['value'] {
  return Object.fromEntries(Object.entries(limits).sort(([a], [b]) => (a < b ? -1 : 1)));
}
