/** Permissions of users in vhosts, and their topic permissions. */
import { ApiError, path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { inVhost, missingUserOrVhost, noSuchUserOrVhost, noSuchUserTerm } from './errors.ts';
import type { Table } from '../output/output.ts';

const group = 'Access Control';
const PERMISSIONS = ['configure', 'write', 'read'];
const TOPIC_PERMISSIONS = ['exchange', 'write', 'read'];

export const permissions: readonly Command[] = [
  {
    name: 'clear_permissions',
    words: '<username>',
    group,
    description: 'Revokes user permissions for a vhost',
    banner: ({ words: [user], vhost }) => `Clearing permissions for user "${user}" in vhost "${vhost}" ...`,
    run: (call) => cleared(call, path`/permissions/${call.vhost}/${call.words[0]}`),
  },
  {
    name: 'clear_topic_permissions',
    words: '<username> [<exchange>]',
    group,
    description: 'Clears user topic permissions for a vhost or exchange',
    banner: ({ words: [user, exchange], vhost }) =>
      `Clearing topic permissions${exchange === undefined ? '' : ` on "${exchange}"`} for user "${user}" in vhost "${vhost}" ...`,
    run: (call) => {
      const [user, exchange] = call.words;
      const ofUser = path`/topic-permissions/${call.vhost}/${user}`;
      return cleared(call, exchange === undefined ? ofUser : ofUser + path`/${exchange}`);
    },
  },
  {
    name: 'list_permissions',
    group,
    description: 'Lists user permissions in a virtual host',
    banner: ({ vhost }) => `Listing permissions for vhost "${vhost}" ...`,
    run: ({ api, vhost }) => rows(api.get(path`/vhosts/${vhost}/permissions`), ['user', ...PERMISSIONS]),
    on: inVhost,
  },
  {
    name: 'list_topic_permissions',
    group,
    description: 'Lists topic permissions in a virtual host',
    banner: ({ vhost }) => `Listing topic permissions for vhost "${vhost}" ...`,
    run: ({ api, vhost }) => rows(api.get(path`/vhosts/${vhost}/topic-permissions`), ['user', ...TOPIC_PERMISSIONS]),
    on: inVhost,
  },
  {
    name: 'list_user_permissions',
    words: '<username>',
    group,
    description: 'Lists permissions of a user across all virtual hosts',
    banner: ({ words: [user] }) => `Listing permissions for user "${user}" ...`,
    run: ({ api, words: [user] }) => rows(api.get(path`/users/${user}/permissions`), ['vhost', ...PERMISSIONS]),
    on: { 404: noSuchUserTerm },
  },
  {
    name: 'list_user_topic_permissions',
    words: '<username>',
    group,
    description: 'Lists user topic permissions',
    banner: ({ words: [user] }) => `Listing topic permissions for user "${user}" ...`,
    // RabbitMQ's, alone of all lists, has no header.
    run: async ({ api, words: [user] }) => ({
      ...(await rows(api.get(path`/users/${user}/topic-permissions`), ['vhost', ...TOPIC_PERMISSIONS])),
      headless: true,
    }),
    on: { 404: noSuchUserTerm },
  },
  {
    name: 'set_permissions',
    words: '<username> <conf> <write> <read>',
    group,
    description: 'Sets user permissions for a vhost',
    banner: ({ words: [user], vhost }) => `Setting permissions for user "${user}" in vhost "${vhost}" ...`,
    run: ({ api, words: [user, configure, write, read], vhost }) =>
      api.put(path`/permissions/${vhost}/${user}`, { configure, write, read }),
    on: { 400: noSuchUserOrVhost },
  },
  {
    name: 'set_topic_permissions',
    words: '<username> <exchange> <write> <read>',
    group,
    description: 'Sets user topic permissions for an exchange',
    banner: ({ words: [user, exchange], vhost }) =>
      `Setting topic permissions on "${exchange}" for user "${user}" in vhost "${vhost}" ...`,
    run: ({ api, words: [user, exchange, write, read], vhost }) =>
      api.put(path`/topic-permissions/${vhost}/${user}`, { exchange, write, read }),
    on: { 400: noSuchUserOrVhost },
  },
];

async function rows(answer: Promise<readonly Record<string, string>[]>, columns: readonly string[]): Promise<Table> {
  return { columns, rows: (await answer).map((row) => columns.map((column) => row[column])) };
}

/** What a user does not have is cleared already; if there is no such user or vhost, RabbitMQ says so. */
async function cleared(call: Call, at: string): Promise<undefined> {
  try {
    return await call.api.delete(at);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const missing = await missingUserOrVhost(call);
    if (missing !== undefined) throw missing;
    return undefined;
  }
}
