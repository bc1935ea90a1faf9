/** The node, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/nodes`). RabbitMQ's names for what Leveret has of the same meaning. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { MECHANISMS } from '../../config/login-config.ts';
import { BUILT_IN_PLUGINS } from '../../config/rabbitmq/plugins.ts';
import type { OtherNode } from '../../store/other-nodes.ts';
import { openFiles } from '../../util/open-files.ts';
import type { ManagementContext } from '../context.ts';
import { churnFigures, processFigures } from '../rates/figures.ts';
import type { View } from '../view.ts';
import { EXCHANGE_TYPES } from './exchange-types.ts';

export function showNode(view: View): object {
  const { context } = view;
  const { node, config, nodeName, startedAt, clock, version } = context;
  const { limit } = openFiles();
  const { connections, churn } = node.counters;
  const octets = connections.sum();
  return {
    applications: [{ name: 'leveret', description: 'Leveret', version }],
    auth_mechanisms: MECHANISMS.map((name) => ({
      name,
      description: `SASL ${name}`,
      enabled: config.authMechanisms.includes(name),
    })),
    being_drained: context.controls.drained,
    cluster_links: [],
    config_files: [],
    contexts: contextsOf(context),
    db_dir: config.dataDir === undefined ? '' : resolve(config.dataDir),
    disk_free_alarm: node.alarms.isRaised('disk'),
    disk_free_limit: context.controls.diskFreeLimit,
    enabled_plugins: BUILT_IN_PLUGINS,
    exchange_types: EXCHANGE_TYPES,
    fd_total: limit,
    log_files: ['<stdout>'],
    mem_alarm: node.alarms.isRaised('memory'),
    mem_calculation_strategy: 'rss',
    mem_limit: node.memory.budget,
    metrics_gc_queue_length: {},
    name: nodeName,
    net_ticktime: 60,
    os_pid: String(process.pid),
    partitions: [],
    proc_total: 1_048_576,
    processors: availableParallelism(),
    rates_mode: 'detailed',
    run_queue: 0,
    running: true,
    sockets_total: limit,
    ...(node.store.resealing === undefined ? {} : { store_resealing: node.store.resealing }),
    ...(node.alarms.storeTrouble === undefined ? {} : { store_trouble: node.alarms.storeTrouble }),
    type: 'disc',
    uptime: clock.now() - startedAt,
    ...view.nodeStats(context, processFigures(context)),
    ...view.nodeStats(churn, churnFigures(churn)),
    recv_oct: octets.recvOct,
    send_oct: octets.sendOct,
  };
}

/**
 * A node that waits to take over, or has ended, as far as this one knows. It runs as long as it waits, so that who watches nodes is told when there is none
 * left to take over; `standby` tells it from one that serves clients.
 */
export function showOtherNode({ name, waits, version, since }: OtherNode): object {
  return {
    applications: [{ name: 'leveret', description: 'Leveret', version }],
    being_drained: false,
    cluster_links: [],
    name,
    partitions: [],
    running: waits,
    standby: waits,
    standby_since: since,
    type: 'disc',
  };
}

/** What the memory is used for, in bytes; RabbitMQ's names as far as they mean something here. */
export function showMemory(context: ManagementContext): object {
  const usage = process.memoryUsage();
  const { rss, heapUsed, external } = usage;
  const total = { erlang: heapUsed + external, rss, allocated: rss };
  return { memory: { strategy: 'rss', total, ...memoryParts(context, usage) } };
}

/** In percent of what the process has; what is there has one at least. */
export function showMemoryShares(context: ManagementContext): object {
  const usage = process.memoryUsage();
  const { rss } = usage;
  const shares = Object.entries(memoryParts(context, usage)).map(([name, bytes]) => {
    return [name, bytes === 0 ? 0 : Math.max(Math.round((bytes / rss) * 100), 1)] as const;
  });
  return { memory: { total: 100, ...Object.fromEntries(shares) } };
}

/** What RabbitMQ has beside, and this process does not tell apart: clients with types want each of them. */
const ELSEWHERE = Object.fromEntries(
  [
    'connection_readers',
    'connection_writers',
    'connection_channels',
    'connection_other',
    'queue_slave_procs',
    'quorum_queue_procs',
    'quorum_queue_dlx_procs',
    'stream_queue_procs',
    'stream_queue_replica_reader_procs',
    'stream_queue_coordinator_procs',
    'plugins',
    'metadata_store',
    'other_proc',
    'metrics',
    'mgmt_db',
    'mnesia',
    'quorum_ets',
    'metadata_store_ets',
    'other_ets',
    'msg_index',
    'code',
    'atom',
    'allocated_unused',
    'reserved_unallocated',
  ].map((name) => [name, 0]),
);

function memoryParts(
  { node }: ManagementContext,
  { rss, heapUsed, external, arrayBuffers }: NodeJS.MemoryUsage,
): Readonly<Record<string, number>> {
  return {
    ...ELSEWHERE,
    queue_procs: node.memory.bytes,
    binary: arrayBuffers,
    other_system: Math.max(rss - heapUsed - external, 0),
    heap: heapUsed,
  };
}

export function contextsOf(context: ManagementContext): object[] {
  const { nodeName } = context;
  return context
    .listeners()
    .filter(({ protocol }) => protocol.startsWith('http'))
    .map(({ protocol, port }) => ({
      node: nodeName,
      description: protocol.endsWith('prometheus') ? 'RabbitMQ Prometheus' : 'RabbitMQ Management',
      path: '/',
      port: String(port),
      ssl_opts: [],
    }));
}

export function listenersOf(context: ManagementContext): object[] {
  const { nodeName: node } = context;
  return context.listeners().map(({ protocol, address, port }) => ({
    node,
    protocol,
    ip_address: address,
    port,
    socket_opts: {},
  }));
}
