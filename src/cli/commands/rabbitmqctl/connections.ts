/** Closes clients' connections, with a reason that they are told. */
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';

interface NamedConnection {
  readonly name: string;
}

const group = 'Operations';

export const connections: readonly Command[] = [
  {
    name: 'close_all_connections',
    words: '<explanation>',
    options: [{ name: 'global' }, { name: 'limit', value: '<limit>' }],
    group,
    description: 'Instructs the broker to close all connections for the specified vhost or entire RabbitMQ node',
    banner: (call) => {
      const where = call.flag('global') ? `on node ${call.node}` : `in vhost ${call.vhost}`;
      return `Closing all connections ${where}, reason: ${call.words[0]}...`;
    },
    run: async (call) => {
      const at = call.flag('global') ? '/connections' : path`/vhosts/${call.vhost}/connections`;
      const limit = Number(call.option('limit') ?? 0);
      if (!Number.isInteger(limit) || limit < 0) throw new CommandError(EXIT.usage, '--limit must be a whole number');
      const open = (await call.api.find<readonly NamedConnection[]>(`${at}?columns=name`)) ?? [];
      const closed = await close(call, limit === 0 ? open : open.slice(0, limit), call.words[0]);
      return `Closed ${closed} connections`;
    },
  },
  {
    name: 'close_all_user_connections',
    words: '<username> <explanation>',
    group,
    description: 'Instructs the broker to close all connections of the specified user',
    banner: ({ words: [user, reason] }) => `Closing connections of user ${user}, reason: ${reason}...`,
    run: async (call) => {
      const [user, reason] = call.words;
      await close(call, await call.api.get(path`/connections/username/${user}`), reason);
      return undefined;
    },
  },
  {
    name: 'close_connection',
    words: '<connectionpid> <explanation>',
    group,
    description: 'Instructs the broker to close the connection with the name that list_connections shows as its pid',
    banner: ({ words: [name, reason] }) => `Closing connection ${name}, reason: ${reason}...`,
    run: ({ api, words: [name, reason] }) => api.delete(path`/connections/${name}`, because(reason)),
    on: { 404: ({ words: [name] }) => new CommandError(EXIT.unavailable, `There is no connection ${name}`) },
  },
];

/** How many were closed: others went by themselves meanwhile. */
async function close({ api }: Call, open: readonly NamedConnection[], reason: string): Promise<number> {
  const results = await Promise.allSettled(
    open.map(({ name }) => api.delete(path`/connections/${name}`, because(reason))),
  );
  return results.filter(({ status }) => status === 'fulfilled').length;
}

/** A header is one line. */
function because(reason: string): Readonly<Record<string, string>> {
  return { 'x-reason': Buffer.from(reason.replaceAll(/\s+/g, ' ')).toString('latin1') };
}
