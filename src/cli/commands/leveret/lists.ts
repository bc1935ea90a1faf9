/** What there is: lists of all that a broker has. */
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { fieldOf, valueAt } from '../fields.ts';
import { Arguments, type Table } from '../output/output.ts';

const group = 'Look';
const IN_VHOST = [{ name: 'vhost', short: 'p', value: '<vhost>' }];

/** A column's name, and where its value stands in the API's answer. */
type Columns = Readonly<Record<string, string>>;

const QUEUES: Columns = {
  vhost: 'vhost',
  name: 'name',
  type: 'type',
  ready: 'messages_ready',
  unacked: 'messages_unacknowledged',
  consumers: 'consumers',
  'in/s': 'message_stats.publish_details.rate',
  'out/s': 'message_stats.deliver_get_details.rate',
  policy: 'policy',
  state: 'state',
};

export const lists: readonly Command[] = [
  inVhosts('queues', 'Queues, with their messages and rates', QUEUES),
  inVhosts('exchanges', 'Exchanges', {
    vhost: 'vhost',
    name: 'name',
    type: 'type',
    durable: 'durable',
    internal: 'internal',
    'auto-delete': 'auto_delete',
    arguments: 'arguments',
  }),
  inVhosts('bindings', 'Bindings', {
    vhost: 'vhost',
    source: 'source',
    destination: 'destination',
    type: 'destination_type',
    key: 'routing_key',
    arguments: 'arguments',
  }),
  everywhere('connections', 'Clients', {
    name: 'name',
    client: 'user_provided_name',
    user: 'user',
    vhost: 'vhost',
    channels: 'channels',
    state: 'state',
    tls: 'ssl',
  }),
  inVhosts('consumers', 'Consumers', {
    vhost: 'queue.vhost',
    queue: 'queue.name',
    tag: 'consumer_tag',
    prefetch: 'prefetch_count',
    acks: 'ack_required',
    active: 'active',
    connection: 'channel_details.connection_name',
  }),
  everywhere('users', 'Users', { name: 'name', tags: 'tags' }),
  everywhere('vhosts', 'Virtual hosts', {
    name: 'name',
    description: 'description',
    ready: 'messages_ready',
    unacked: 'messages_unacknowledged',
  }),
  everywhere('permissions', 'Permissions', {
    vhost: 'vhost',
    user: 'user',
    configure: 'configure',
    write: 'write',
    read: 'read',
  }),
  inVhosts('policies', 'Policies', {
    vhost: 'vhost',
    name: 'name',
    pattern: 'pattern',
    'apply-to': 'apply-to',
    priority: 'priority',
    definition: 'definition',
  }),
];

/** Of all vhosts, or of one. */
function inVhosts(name: string, description: string, columns: Columns): Command {
  return {
    name,
    options: IN_VHOST,
    group,
    description: `${description}, of all vhosts or of one (-p)`,
    run: (call) => {
      const vhost = call.option('vhost');
      return list(call, vhost === undefined ? `/${name}` : `/${name}${path`/${vhost}`}`, columns);
    },
    on: { 404: ({ vhost }) => new CommandError(EXIT.data, `there is no vhost ${vhost}`) },
  };
}

function everywhere(name: string, description: string, columns: Columns): Command {
  return { name, group, description, run: (call) => list(call, `/${name}`, columns) };
}

async function list({ api }: Call, at: string, columns: Columns): Promise<Table> {
  const rows = await api.get<readonly object[]>(at);
  const fields = Object.values(columns).map(fieldOf);
  return { columns: Object.keys(columns), rows: rows.map((row) => fields.map((field) => shownAt(row, field))) };
}

function shownAt(row: unknown, field: readonly string[]): unknown {
  const value = valueAt(row, field);
  if (field.at(-1) !== 'arguments') return value;
  const entries = (value ?? {}) as Record<string, unknown>;
  return Object.keys(entries).length === 0 ? undefined : new NamedArguments(entries);
}

/** For programs the object itself, without the types that RabbitMQ's tools add. */
class NamedArguments extends Arguments {
  override toJSON(): unknown {
    return Object.fromEntries(this.entries);
  }
}
