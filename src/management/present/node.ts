/** The node, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/nodes`). RabbitMQ's names for what Leveret has of the same meaning. */
import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { BUILT_IN_PLUGINS } from '../../config/rabbitmq/plugins.ts';
import type { ManagementContext } from '../context.ts';
import { churnFigures } from '../rates/figures.ts';
import type { View } from '../view.ts';
import { EXCHANGE_TYPES } from './exchange-types.ts';

/** Files that a process may have open if the system does not say. */
const FILES_BY_DEFAULT = 1024;

export function showNode(view: View): object {
  const { context } = view;
  const { node, config, nodeName, startedAt, clock, version } = context;
  const { total, used, sockets } = openFiles();
  const { connections, churn } = node.counters;
  const octets = connections.sum();
  const memory = process.memoryUsage();
  return {
    applications: [{ name: 'leveret', description: 'Leveret', version }],
    auth_mechanisms: ['AMQPLAIN', 'PLAIN'].map((name) => ({ name, description: `SASL ${name}`, enabled: true })),
    being_drained: false,
    cluster_links: [],
    config_files: [],
    contexts: contextsOf(context),
    db_dir: config.dataDir === undefined ? '' : resolve(config.dataDir),
    disk_free: freeSpace(config.dataDir),
    disk_free_alarm: node.alarms.isLow('disk'),
    disk_free_limit: config.diskFreeLimit,
    enabled_plugins: BUILT_IN_PLUGINS,
    exchange_types: EXCHANGE_TYPES,
    fd_total: total,
    fd_used: used,
    log_files: ['<stdout>'],
    mem_alarm: node.alarms.isLow('memory'),
    mem_calculation_strategy: 'rss',
    mem_limit: node.memory.budget,
    mem_used: memory.rss,
    metrics_gc_queue_length: {},
    name: nodeName,
    net_ticktime: 60,
    os_pid: String(process.pid),
    partitions: [],
    proc_total: 1_048_576,
    proc_used: 1 + context.connections.size,
    processors: availableParallelism(),
    rates_mode: 'basic',
    run_queue: 0,
    running: true,
    sockets_total: total,
    sockets_used: sockets,
    type: 'disc',
    uptime: clock.now() - startedAt,
    ...view.data(churn, churnFigures(churn)),
    recv_oct: octets.recvOct,
    send_oct: octets.sendOct,
  };
}

/** What the memory is used for, in bytes; RabbitMQ's names as far as they mean something here. */
export function showMemory({ node }: ManagementContext): object {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    memory: {
      strategy: 'rss',
      total: { erlang: heapUsed + external, rss, allocated: rss },
      queue_procs: node.memory.bytes,
      binary: arrayBuffers,
      code: 0,
      other_system: Math.max(rss - heapUsed - external, 0),
      heap: heapUsed,
    },
  };
}

export function contextsOf(context: ManagementContext): object[] {
  const { nodeName } = context;
  return context
    .listeners()
    .filter(({ protocol }) => protocol.startsWith('http'))
    .map(({ protocol, port }) => ({
      node: nodeName,
      description: protocol === 'http' ? 'RabbitMQ Management' : 'RabbitMQ Prometheus',
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

/** Bytes on the disk of the data folder; of the working directory's disk without one. */
function freeSpace(folder: string | undefined): number {
  try {
    const { bavail, bsize } = statfsSync(folder ?? '.');
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/** Of this process, as Linux tells; zeros elsewhere. */
function openFiles(): { readonly total: number; readonly used: number; readonly sockets: number } {
  try {
    const files = readdirSync('/proc/self/fd');
    const sockets = files.filter((file) => isSocket(file)).length;
    return { total: mostFiles(), used: files.length, sockets };
  } catch {
    return { total: FILES_BY_DEFAULT, used: 0, sockets: 0 };
  }
}

function mostFiles(): number {
  const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return limit === undefined ? FILES_BY_DEFAULT : Number(limit);
}

function isSocket(file: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${file}`).startsWith('socket:');
  } catch {
    return false;
  }
}
