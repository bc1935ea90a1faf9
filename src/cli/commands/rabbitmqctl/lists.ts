/** What is in a vhost, and who is connected: lists with the columns that are asked for. */
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { fieldOf, valueAt } from '../fields.ts';
import { Arguments, type Table } from '../output/output.ts';
import { readColumns } from './columns.ts';
import {
  BINDING_COLUMNS,
  CHANNEL_COLUMNS,
  CONNECTION_COLUMNS,
  CONSUMER_COLUMNS,
  EXCHANGE_COLUMNS,
  QUEUE_COLUMNS,
} from './list-columns.ts';

const group = 'Monitoring, observability and health checks';

interface List {
  readonly path: (call: Call) => string;
  /** Where the value of each column stands in the API's answer. */
  readonly columns: Readonly<Record<string, string>>;
  readonly byDefault: readonly string[];
  /** What is the same in each row, and not in the answer. */
  readonly always?: object;
}

const QUEUES: List = {
  path: ({ vhost }) => path`/queues/${vhost}`,
  columns: QUEUE_COLUMNS,
  byDefault: ['name', 'messages'],
};

export const lists: readonly Command[] = [
  {
    name: 'list_bindings',
    words: '[<column> ...]',
    group,
    description: 'Lists all bindings on a vhost',
    banner: ({ vhost }) => `Listing bindings for vhost ${vhost}...`,
    run: (call) =>
      list(call, {
        path: ({ vhost }) => path`/bindings/${vhost}`,
        columns: BINDING_COLUMNS,
        byDefault: ['source_name', 'source_kind', 'destination_name', 'destination_kind', 'routing_key', 'arguments'],
        always: { source_kind: 'exchange' },
      }),
  },
  {
    name: 'list_channels',
    words: '[<column> ...]',
    group,
    description: 'Lists all channels in the node',
    banner: () => 'Listing channels ...',
    run: (call) =>
      list(call, {
        path: () => '/channels',
        columns: CHANNEL_COLUMNS,
        byDefault: ['pid', 'user', 'consumer_count', 'messages_unacknowledged'],
      }),
  },
  {
    name: 'list_connections',
    words: '[<column> ...]',
    group,
    description: 'Lists AMQP 0.9.1 connections for the node',
    banner: () => 'Listing connections ...',
    run: (call) =>
      list(call, {
        path: () => '/connections',
        columns: CONNECTION_COLUMNS,
        byDefault: ['user', 'peer_host', 'peer_port', 'state'],
      }),
  },
  {
    name: 'list_consumers',
    words: '[<column> ...]',
    group,
    description: 'Lists all consumers for a vhost',
    banner: ({ vhost }) => `Listing consumers in vhost ${vhost} ...`,
    run: (call) =>
      list(call, {
        path: ({ vhost }) => path`/consumers/${vhost}`,
        columns: CONSUMER_COLUMNS,
        byDefault: Object.keys(CONSUMER_COLUMNS).slice(0, 7),
      }),
  },
  {
    name: 'list_exchanges',
    words: '[<column> ...]',
    group,
    description: 'Lists exchanges',
    banner: ({ vhost }) => `Listing exchanges for vhost ${vhost} ...`,
    run: (call) =>
      list(call, {
        path: ({ vhost }) => path`/exchanges/${vhost}`,
        columns: EXCHANGE_COLUMNS,
        byDefault: ['name', 'type'],
      }),
  },
  {
    name: 'list_queues',
    words: '[<column> ...]',
    options: [{ name: 'online' }, { name: 'offline' }, { name: 'local' }],
    group,
    description: 'Lists queues and their properties',
    banner: ({ vhost, timeout = 60_000 }) =>
      `Timeout: ${(timeout / 1000).toFixed(1)} seconds ...\nListing queues for vhost ${vhost} ...`,
    run: async (call) => {
      const table = await list(call, QUEUES);
      // All of them are on this node, which is there.
      return call.flag('offline') && !call.flag('online') ? { ...table, rows: [] } : table;
    },
  },
  {
    name: 'list_unresponsive_queues',
    words: '[<column> ...]',
    options: [{ name: 'local' }, { name: 'queue-timeout', value: '<milliseconds>' }],
    group,
    description: 'Lists queues that do not answer, of which there are none: all of them are in one process',
    banner: ({ vhost }) => `Listing unresponsive queues for vhost ${vhost} ...`,
    run: async (call) => {
      await call.api.get('/whoami');
      return { columns: readColumns(call.words, Object.keys(QUEUE_COLUMNS), ['name']), rows: [] };
    },
  },
  {
    name: 'delete_queue',
    words: '<queue_name>',
    options: [
      { name: 'if-empty', short: 'e' },
      { name: 'if-unused', short: 'u' },
    ],
    group: 'Queues',
    description: 'Deletes a queue',
    banner: ({ words: [queue], vhost, flag }) => {
      const conditions = ['empty', 'unused']
        .filter((state) => flag(`if-${state}`))
        .map((state) => `if queue is ${state} `);
      return `Deleting queue '${queue}' on vhost '${vhost}' ${conditions.join('and ')}...`;
    },
    run: async (call) => {
      const at = path`/queues/${call.vhost}/${call.words[0]}`;
      const { messages_ready: ready } = await call.api.get<{ messages_ready: number }>(at);
      await call.api.delete(`${at}?if-empty=${call.flag('if-empty')}&if-unused=${call.flag('if-unused')}`);
      return `Queue was successfully deleted with ${ready} ready messages`;
    },
    on: {
      404: () => new CommandError(EXIT.usage, 'Queue not found'),
      400: (_, { message }) => {
        if (message.includes('not empty')) return new CommandError(EXIT.usage, 'Queue is not empty');
        return new CommandError(EXIT.usage, message.includes('in use') ? 'Queue is in use' : message);
      },
    },
  },
  {
    name: 'purge_queue',
    words: '<queue>',
    group: 'Queues',
    description: 'Purges a queue (removes all messages in it)',
    banner: ({ words: [queue], vhost }) => `Purging queue '${queue}' in vhost '${vhost}' ...`,
    run: ({ api, words: [queue], vhost }) => api.delete(path`/queues/${vhost}/${queue}/contents`),
    on: { 404: () => new CommandError(EXIT.unavailable, 'not_found') },
  },
];

/** A vhost that there is not has nothing in it: so does RabbitMQ. Throws CommandError. */
async function list(call: Call, { path, columns, byDefault, always }: List): Promise<Table> {
  const asked = readColumns(call.words, Object.keys(columns), byDefault);
  const fields = asked.map((column) => fieldOf(columns[column]));
  const query = new URLSearchParams({ columns: [...new Set(fields.map(([field]) => field))].join(',') });
  const rows = await call.api.find<readonly object[]>(`${path(call)}?${query.toString()}`);
  return {
    columns: asked,
    rows: (rows ?? []).map((row) => fields.map((field) => shownAt({ ...row, ...always }, field))),
  };
}

function shownAt(row: unknown, field: readonly string[]): unknown {
  const value = valueAt(row, field);
  return field.at(-1) === 'arguments' ? new Arguments((value ?? {}) as Record<string, unknown>) : value;
}
