/** `rabbitmq-streams` (RabbitMQ: rabbitmq-streams(8)). Streams are read over AMQP 0-9-1: there is no stream protocol. */
import { EXIT } from '../exit-codes.ts';
import { path } from './api.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { ONE_NODE } from './one-node.ts';
import { tool, without } from './tool.ts';

interface Stream {
  readonly type: string;
  readonly readers?: Readonly<Record<string, number>>;
  readonly messages: number;
}

const OBSERVABILITY = 'Monitoring, observability and health checks';
const NO_PROTOCOL = 'streams are read and written over AMQP 0-9-1 here, and the stream protocol is not spoken';

const commands: readonly Command[] = [
  without('add_replica', '<stream> <node>', 'Replication', 'Is refused: a stream has one replica here', ONE_NODE),
  without('delete_replica', '<stream> <node>', 'Replication', 'Is refused: a stream has one replica here', ONE_NODE),
  without('restart_stream', '<stream>', 'Replication', 'Is refused: a stream has one replica here', ONE_NODE),
  {
    name: 'stream_status',
    words: '<stream>',
    options: [{ name: 'tracking' }],
    group: OBSERVABILITY,
    description: 'Displays the status of a stream',
    banner: ({ words: [stream], node }) => `Status of stream ${stream} on node ${node} ...`,
    run: async ({ api, node, vhost, words: [name] }) => {
      const { type, messages, readers = {} } = await api.get<Stream>(path`/queues/${vhost}/${name}`);
      if (type !== 'stream') {
        throw new CommandError(EXIT.unavailable, `Cannot get stream status of a ${type} queue`);
      }
      const total = Object.values(readers).reduce((sum, count) => sum + count, 0);
      return { columns: ['role', 'node', 'messages', 'readers'], rows: [['writer', node, messages, total]] };
    },
    on: { 404: () => new CommandError(EXIT.unavailable, 'not_found') },
  },
  without(
    'set_stream_retention_policy',
    '<stream> <policy>',
    'Policies',
    'Is refused: retention is set by policies',
    `set it by a policy: rabbitmqctl set_policy NAME PATTERN '{"max-age":"1D"}' --apply-to queues`,
  ),
  ...['add_super_stream', 'delete_super_stream'].map((name) =>
    without(name, '<name>', 'Streams', 'Is refused: there is no stream protocol', NO_PROTOCOL),
  ),
  ...['connections', 'consumers', 'publishers', 'group_consumers', 'consumer_groups', 'tracking'].map((what) =>
    without(
      `list_stream_${what}`,
      '[<column> ...]',
      OBSERVABILITY,
      'Is refused: there is no stream protocol',
      NO_PROTOCOL,
    ),
  ),
];

export const rabbitmqStreams = tool('rabbitmq-streams', commands);
