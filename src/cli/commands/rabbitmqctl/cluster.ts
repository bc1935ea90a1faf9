/** Clusters and mirrors: what has a meaning for one node, and why the rest has none. Tracing, and what is no longer used. */
import { EXIT } from '../../exit-codes.ts';
import { type Api, path } from '../api.ts';
import type { Command } from '../command.ts';
import { ArgumentError, CommandError } from '../command-error.ts';
import { ONE_NODE } from '../one-node.ts';
import { without } from '../tool.ts';
import { inVhost } from './errors.ts';
import { nodesOf, waitingNodes } from './facts.ts';
import { stateOf, until } from './startup.ts';

const CLUSTER = 'Cluster';
const REPLICATION = 'Replication';
const OPERATIONS = 'Operations';
const ONLINE_MS = 300_000;
const NO_CLUSTER = 'Is refused: a broker is one node here';

/** The health check of old set-ups, which `rabbitmq-diagnostics` has too. */
export const nodeHealthCheck: Command = {
  name: 'node_health_check',
  group: 'Deprecated',
  description: 'DEPRECATED. Checks that no alarm is in effect: see rabbitmq-diagnostics',
  banner: ({ node, timeout = 70_000 }) =>
    `This command is DEPRECATED and will be removed in a future version.\nIt performs intrusive, opinionated health checks and requires a fully booted node.\nUse one of the options covered in https://www.rabbitmq.com/monitoring.html#health-checks instead.\nTimeout: ${timeout / 1000} seconds ...\nChecking health of node ${node} ...`,
  run: async ({ api }) => {
    await api.get('/healthchecks/node');
    return 'Health check passed';
  },
};

export const cluster: readonly Command[] = [
  {
    name: 'await_online_nodes',
    words: '<count>',
    group: CLUSTER,
    description: 'Waits for <count> nodes: the active one, and those that wait to take over',
    waits: true,
    banner: ({ words: [count], node, timeout = ONLINE_MS }) =>
      `Will wait for at least ${count} nodes to join the cluster of ${node}. Timeout: ${timeout / 1000} seconds.`,
    run: async (call) => {
      const { node, timeout = ONLINE_MS } = call;
      const wanted = Number(call.words[0]);
      if (!Number.isInteger(wanted) || wanted < 1)
        throw new ArgumentError('Bad argument: Argument must be a positive integer', EXIT.data);
      await until(
        async () => (await stateOf(call)) === 'running' && (await nodesOnline(call.api)) >= wanted,
        timeout,
        `operation await_online_nodes on node ${node}`,
      );
      return undefined;
    },
  },
  ...['change_cluster_node_type', 'join_cluster', 'rename_cluster_node', 'update_cluster_nodes'].map((name) =>
    without(name, '<node>', CLUSTER, NO_CLUSTER, ONE_NODE),
  ),
  {
    name: 'forget_cluster_node',
    words: '<node>',
    group: CLUSTER,
    description: 'Lists a node no more that has ended, and shares the store in a database',
    banner: ({ words: [node] }) => `Removing node ${node} from the cluster`,
    run: ({ api, words: [node] }) => api.delete(path`/nodes/${node}`),
    on: {
      400: ({ words: [node] }) =>
        new CommandError(
          EXIT.unavailable,
          `RabbitMQ on node ${node} must be stopped with 'rabbitmqctl -n ${node} stop' before it can be removed`,
        ),
      404: () =>
        new CommandError(EXIT.unavailable, "{:not_a_cluster_node, 'The node selected is not in the cluster.'}"),
    },
  },
  without('force_boot', '', CLUSTER, NO_CLUSTER, ONE_NODE),
  {
    name: 'cancel_sync_queue',
    words: '<queue>',
    group: REPLICATION,
    description: 'Does nothing: no queue has a mirror',
    banner: ({ words: [queue], vhost }) => `Stopping synchronising queue '${queue}' in vhost '${vhost}' ...`,
    run: async ({ api, words: [queue], vhost }) => {
      await api.get(path`/queues/${vhost}/${queue}`);
      return 'not_syncing';
    },
    on: { 404: () => new CommandError(EXIT.unavailable, 'not_found') },
  },
  {
    name: 'sync_queue',
    words: '<queue>',
    group: REPLICATION,
    description: 'Is refused: no queue has a mirror',
    banner: ({ words: [queue], vhost }) => `Synchronising queue '${queue}' in vhost '${vhost}' ...`,
    run: async ({ api, words: [queue], vhost }) => {
      await api.get(path`/queues/${vhost}/${queue}`);
      throw new CommandError(EXIT.unavailable, 'not_mirrored');
    },
    on: { 404: () => new CommandError(EXIT.unavailable, 'not_found') },
  },
  {
    name: 'restart_vhost',
    group: 'Virtual hosts',
    description: 'Tells that the vhost runs: none fails by itself',
    banner: ({ vhost, node }) => `Trying to restart vhost '${vhost}' on node '${node}' ...`,
    run: async ({ api, vhost, node }) => {
      await api.get(path`/vhosts/${vhost}`);
      return `Vhost '${vhost}' is already running on node '${node}'`;
    },
    on: {
      404: ({ vhost, node }) => {
        const reason = `{:no_such_vhost, ${JSON.stringify(vhost)}}`;
        return new CommandError(EXIT.software, `Failed to start vhost '${vhost}' on node '${node}'Reason: ${reason}`);
      },
    },
  },
  {
    name: 'force_gc',
    group: OPERATIONS,
    description: 'Does nothing: Node.js frees memory by itself',
    banner: ({ node }) => `Will ask all processes on node ${node} to schedule a full sweep GC`,
    run: async ({ api }) => {
      await api.get('/whoami');
      return undefined;
    },
  },
  tracing('trace_on', true),
  tracing('trace_off', false),
  {
    name: 'rotate_logs',
    group: 'Deprecated',
    description: 'DEPRECATED. Does nothing',
    run: () => {
      throw new CommandError(EXIT.unavailable, 'This command does not rotate logs anymore [deprecated]');
    },
  },
  {
    name: 'hipe_compile',
    words: '<directory>',
    group: 'Deprecated',
    description: 'DEPRECATED. Does nothing',
    run: () => 'This command is a no-op. HiPE is no longer supported by modern Erlang versions',
  },
  nodeHealthCheck,
];

async function nodesOnline(api: Api): Promise<number> {
  const [, ...others] = await nodesOf(api);
  return 1 + waitingNodes(others).length;
}

/** RabbitMQ: Firehose Tracer. */
function tracing(name: string, on: boolean): Command {
  return {
    name,
    group: 'Virtual hosts',
    description: on
      ? 'Tells each message that is published or delivered in the vhost to the exchange amq.rabbitmq.trace'
      : 'Ends that',
    banner: ({ vhost }) => `${on ? 'Starting' : 'Stopping'} tracing for vhost "${vhost}" ...`,
    run: async ({ api, vhost }) => {
      await api.get(path`/vhosts/${vhost}`);
      await api.put(path`/vhosts/${vhost}`, { tracing: on });
      return `Trace ${on ? 'enabled' : 'disabled'} for vhost ${vhost}`;
    },
    on: inVhost,
  };
}
