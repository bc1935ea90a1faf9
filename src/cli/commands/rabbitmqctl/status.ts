/** What the broker is and how it is: `status`, `cluster_status`, `environment`. */
import type { Api } from '../api.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { ArgumentError } from '../command-error.ts';
import { erlangTerm } from '../output/erlang.ts';
import type { Report } from '../output/output.ts';
import { items, orNone, sections, size, UNITS } from '../output/sections.ts';
import { alarmsOf, listenerRow, listenerText, nodeOf, nodesOf, overviewOf, waitingNodes } from './facts.ts';
import { type Memory, memoryLines } from './memory.ts';

const OBSERVABILITY = 'Monitoring, observability and health checks';
const UNIT = { name: 'unit', value: '<unit>' };

export const status: Command = {
  name: 'status',
  options: [UNIT],
  group: OBSERVABILITY,
  description: 'Displays status of a node',
  banner: ({ node }) => `Status of node ${node} ...`,
  run: async (call) => {
    const unit = unitOf(call);
    const { api, node } = call;
    const [overview, facts] = await Promise.all([overviewOf(api), nodeOf(api)]);
    const [memory, vhosts] = await Promise.all([memoryOf(api, facts.name), api.get<readonly object[]>('/vhosts')]);
    const listeners = overview.listeners.map((listener) => listenerRow(node, listener));
    const uptime = Math.floor(facts.uptime / 1000);
    const totals = {
      virtual_host_count: vhosts.length,
      connection_count: overview.object_totals.connections,
      queue_count: overview.object_totals.queues,
    };
    const text = sections([
      {
        heading: 'Runtime',
        lines: [
          `OS PID: ${facts.os_pid}`,
          `Uptime (seconds): ${uptime}`,
          `Is under maintenance?: ${facts.being_drained}`,
          `RabbitMQ version: ${overview.rabbitmq_version}`,
          `RabbitMQ release series support status: ${overview.release_series_support_status}`,
          `Node name: ${node}`,
          `Erlang configuration: ${overview.erlang_full_version}`,
          `Erlang processes: ${facts.proc_used} used, ${facts.proc_total} limit`,
          `Scheduler run queue: ${facts.run_queue}`,
          `Cluster heartbeat timeout (net_ticktime): ${facts.net_ticktime}`,
        ],
      },
      { heading: 'Plugins', lines: ['Enabled plugins:', '', ...items(facts.enabled_plugins)] },
      { heading: 'Data directory', lines: [`Node data directory: ${facts.db_dir}`] },
      { heading: 'Config files', lines: orNone(items(facts.config_files)) },
      { heading: 'Log file(s)', lines: items(facts.log_files) },
      { heading: 'Alarms', lines: orNone(alarmsOf(facts)) },
      {
        heading: 'Memory',
        lines: [
          `Total memory used: ${size(memory.total.rss, unit)}`,
          `Calculation strategy: ${memory.strategy}`,
          `Memory high watermark setting: ${facts.mem_limit} bytes, computed to: ${size(facts.mem_limit, unit)}`,
          '',
          ...memoryLines(memory, unit, ' '),
        ],
      },
      {
        heading: 'File Descriptors',
        lines: [
          `Total: ${facts.fd_used}, limit: ${facts.fd_total}`,
          `Sockets: ${facts.sockets_used}, limit: ${facts.sockets_total}`,
        ],
      },
      {
        heading: 'Free Disk Space',
        lines: [
          `Low free disk space watermark: ${size(facts.disk_free_limit, unit)}`,
          `Free disk space: ${size(facts.disk_free, unit)}`,
        ],
      },
      {
        heading: 'Totals',
        lines: [
          `Connection count: ${totals.connection_count}`,
          `Queue count: ${totals.queue_count}`,
          `Virtual host count: ${totals.virtual_host_count}`,
        ],
      },
      { heading: 'Listeners', lines: listeners.map(listenerText) },
    ]);
    const json = {
      active_plugins: facts.enabled_plugins,
      alarms: alarmsOf(facts),
      config_files: facts.config_files,
      data_directory: facts.db_dir,
      disk_free: facts.disk_free,
      disk_free_limit: facts.disk_free_limit,
      erlang_version: overview.erlang_full_version,
      file_descriptors: {
        sockets_limit: facts.sockets_total,
        sockets_used: facts.sockets_used,
        total_limit: facts.fd_total,
        total_used: facts.fd_used,
      },
      is_under_maintenance: facts.being_drained,
      listeners,
      log_files: facts.log_files,
      memory,
      net_ticktime: facts.net_ticktime,
      pid: Number(facts.os_pid),
      processes: { limit: facts.proc_total, used: facts.proc_used },
      product_name: overview.product_name,
      product_version: overview.product_version,
      rabbitmq_version: overview.rabbitmq_version,
      release_series_support_status: overview.release_series_support_status,
      run_queue: facts.run_queue,
      totals,
      uptime,
      vm_memory_calculation_strategy: memory.strategy,
      vm_memory_high_watermark_limit: facts.mem_limit,
      vm_memory_high_watermark_setting: { absolute: facts.mem_limit },
    };
    return { text, json };
  },
};

export const clusterStatus: Command = {
  name: 'cluster_status',
  group: 'Cluster',
  description: 'Displays all the nodes in the cluster grouped by node type, together with the currently running nodes',
  banner: ({ node }) => `Cluster status of node ${node} ...`,
  run: async ({ api, node }): Promise<Report> => {
    const [overview, [facts, ...others], flags] = await Promise.all([
      overviewOf(api),
      nodesOf(api),
      api.get<readonly { readonly name: string; readonly state: string }[]>('/feature-flags'),
    ]);
    const listeners = overview.listeners.map((listener) => listenerRow(node, listener));
    const alarms = alarmsOf(facts);
    const maintenance = facts.being_drained ? 'marked for maintenance' : 'not under maintenance';
    const version = { rabbitmq_version: overview.rabbitmq_version, erlang_version: overview.erlang_version };
    const diskNodes = [node, ...others.map(({ name }) => name)];
    const runningNodes = [node, ...waitingNodes(others)];
    const text = sections([
      { heading: 'Basics', lines: [`Cluster name: ${overview.cluster_name}`] },
      { heading: 'Disk Nodes', lines: diskNodes },
      { heading: 'Running Nodes', lines: runningNodes },
      {
        heading: 'Versions',
        lines: [`${node}: RabbitMQ ${version.rabbitmq_version} on Node.js ${version.erlang_version}`],
      },
      { heading: 'Maintenance status', lines: [`Node: ${node}, status: ${maintenance}`] },
      { heading: 'Alarms', lines: orNone(alarms) },
      { heading: 'Network Partitions', lines: ['(none)'] },
      {
        heading: 'Listeners',
        lines: listeners.map((row) => `Node: ${node}, ${listenerText(row).replace('Interface', 'interface')}`),
      },
      { heading: 'Feature flags', lines: flags.map(({ name, state }) => `Flag: ${name}, state: ${state}`) },
    ]);
    const json = {
      alarms,
      cluster_name: overview.cluster_name,
      disk_nodes: diskNodes,
      feature_flags: flags.map(({ name, state }) => ({ name, state })),
      listeners: { [node]: listeners },
      maintenance_status: { [node]: maintenance },
      partitions: {},
      ram_nodes: [],
      running_nodes: runningNodes,
      versions: { [node]: version },
    };
    return { text, json };
  },
};

export const environment: Command = {
  name: 'environment',
  group: 'Configuration and Environment',
  description: 'Displays the settings that the broker runs with, but for passwords',
  banner: ({ node }) => `Application environment of node ${node} ...`,
  run: async ({ api }) => {
    const json = await api.get<object>('/config/effective');
    return { text: erlangTerm(json), json };
  },
};

/** Throws ArgumentError for a unit that there is not. */
export function unitOf(call: Call): string {
  const unit = (call.option('unit') ?? 'gb').toLowerCase();
  if (Object.hasOwn(UNITS, unit)) return unit;
  throw new ArgumentError(`"unit '${unit}' is not supported. Please use one of: ${Object.keys(UNITS).join(', ')}"`);
}

export async function memoryOf(api: Api, node: string): Promise<Memory> {
  return (await api.get<{ readonly memory: Memory }>(path`/nodes/${node}/memory`)).memory;
}
