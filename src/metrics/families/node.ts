/** Metrics of the broker itself that RabbitMQ has too, by its names. */
import type { AuthProtocol } from '../../broker/events/auth-attempts.ts';
import type { ChurnCounters } from '../../broker/events/counters.ts';
import { freeSpace } from '../../util/disk-space.ts';
import { labelPair, type Metric, type Sample } from '../exposition.ts';
import type { Moment } from '../moment.ts';

/** `State`: what it is read from. */
export interface NodeMetric<State = Moment> extends Metric {
  readonly samples: (moment: State) => Iterable<Sample>;
}

/** What is asked for together at `/metrics/detailed`; undefined: that is not told there. */
export interface NodeFamily {
  readonly family: string | undefined;
  readonly metrics: readonly NodeMetric[];
}

export function single<State = Moment>(
  type: 'counter' | 'gauge' | 'untyped',
  name: string,
  help: string,
  value: (moment: State) => number,
): NodeMetric<State> {
  return { type, name, help, samples: (moment) => [{ labels: '', value: value(moment) }] };
}

const alarm = (name: string, of: string, isInEffect: (moment: Moment) => boolean): NodeMetric =>
  single('untyped', `alarms_${name}`, `is 1 if ${of} alarm is in effect`, (moment) => Number(isInEffect(moment)));

const churn = (name: string, help: string, count: keyof ChurnCounters): NodeMetric =>
  single('counter', name, `Total number of ${help}`, ({ context }) => context.node.counters.churn[count]);

const PROTOCOLS: readonly AuthProtocol[] = ['amqp091', 'http'];

const attempts = (
  name: string,
  help: string,
  count: (attempts: { readonly succeeded: number; readonly failed: number }) => number,
): NodeMetric => ({
  type: 'counter',
  name,
  help: `Total number of ${help}`,
  samples: ({ context: { node } }) =>
    PROTOCOLS.map((protocol) => ({
      labels: labelPair('protocol', protocol),
      value: count(node.counters.auth.byProtocol.get(protocol) ?? { succeeded: 0, failed: 0 }),
    })),
});

export const NODE: readonly NodeFamily[] = [
  {
    family: undefined,
    metrics: [
      // There is none: a client that comes when all files are open waits.
      alarm('file_descriptor_limit', 'file descriptor limit', () => false),
      alarm('free_disk_space_watermark', 'free disk space watermark', ({ context: { node } }) =>
        node.alarms.isRaised('disk'),
      ),
      alarm('memory_used_watermark', 'VM memory watermark', ({ context: { node } }) => node.alarms.isRaised('memory')),
    ],
  },
  {
    family: 'connection_churn_metrics',
    metrics: [
      churn('connections_opened_total', 'connections opened', 'connectionCreated'),
      churn('connections_closed_total', 'connections closed or terminated', 'connectionClosed'),
      churn('channels_opened_total', 'channels opened', 'channelCreated'),
      churn('channels_closed_total', 'channels closed', 'channelClosed'),
      churn('queues_declared_total', 'queues declared', 'queueDeclared'),
      churn('queues_created_total', 'queues created', 'queueCreated'),
      churn('queues_deleted_total', 'queues deleted', 'queueDeleted'),
    ],
  },
  {
    family: 'node_coarse_metrics',
    metrics: [
      single('gauge', 'process_open_fds', 'Open file descriptors', ({ files }) => files.open),
      single(
        'gauge',
        'process_open_tcp_sockets',
        'Open TCP sockets',
        ({ context }) => context.connections.size + context.listeners().length,
      ),
      single('gauge', 'process_resident_memory_bytes', 'Memory used in bytes', ({ memory }) => memory.rss),
      single('gauge', 'disk_space_available_bytes', 'Disk space available in bytes', ({ context: { config } }) =>
        freeSpace(config.dataDir),
      ),
    ],
  },
  {
    family: 'node_metrics',
    metrics: [
      single('gauge', 'process_max_fds', 'Open file descriptors limit', ({ files }) => files.limit),
      single('gauge', 'process_max_tcp_sockets', 'Open TCP sockets limit', ({ files }) => files.limit),
      single(
        'gauge',
        'resident_memory_limit_bytes',
        'Memory high watermark in bytes',
        ({ context: { node } }) => node.memory.budget,
      ),
      single(
        'gauge',
        'disk_space_available_limit_bytes',
        'Free disk space low watermark in bytes',
        ({ context: { controls } }) => controls.diskFreeLimit,
      ),
      single(
        'gauge',
        'erlang_uptime_seconds',
        'Node uptime',
        ({ context: { clock, startedAt } }) => (clock.now() - startedAt) / 1000,
      ),
    ],
  },
  {
    family: 'auth_attempt_metrics',
    metrics: [
      attempts('auth_attempts_total', 'authentication attempts', ({ succeeded, failed }) => succeeded + failed),
      attempts('auth_attempts_succeeded_total', 'successful authentication attempts', ({ succeeded }) => succeeded),
      attempts('auth_attempts_failed_total', 'failed authentication attempts', ({ failed }) => failed),
    ],
  },
];
