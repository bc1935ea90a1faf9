/** The broker as a whole (RabbitMQ: HTTP API, `/api/overview`, `/api/cluster-name`). */
import { ChannelCounters } from '../../broker/events/counters.ts';
import { clusterName, setClusterName } from '../../broker/operations/parameters.ts';
import { requireKeys, textIn } from '../http/body.ts';
import { type Call, NO_CONTENT, type Resource } from '../http/resource.ts';
import { EXCHANGE_TYPES } from '../present/exchange-types.ts';
import { contextsOf, listenersOf } from '../present/node.ts';
import { channelFigures, churnFigures, type Figures, totalLengths, vhostFigures } from '../rates/figures.ts';
import { visibleVhosts } from './visible.ts';

export const overview: readonly Resource[] = [
  { path: '/overview', GET: { role: 'management', handle: showOverview } },
  {
    path: '/cluster-name',
    GET: {
      role: 'management',
      handle: ({ context: { node, config } }) => ({ name: clusterName(node, config.clusterName) }),
    },
    PUT: {
      role: 'administrator',
      handle: async ({ context: { node }, body }) => {
        requireKeys(body, ['name']);
        await setClusterName(node, textIn(body, 'name', '')).untilStored();
        return NO_CONTENT;
      },
    },
  },
];

/** Sums are those of the vhosts that the user is shown. */
function showOverview(call: Call): object {
  const { context, view, query, principal } = call;
  const { config, node, nodeName } = context;
  const vhosts = visibleVhosts(call);
  const all = principal.has('monitoring');
  const figures = all ? channelFigures(node.channelTotals()) : sumOf(vhosts.map(vhostFigures));
  const disabled = query.isTrue('disable_stats');
  return {
    management_version: config.productVersion,
    rates_mode: 'detailed',
    sample_retention_policies: { global: [60], basic: [60], detailed: [60] },
    exchange_types: EXCHANGE_TYPES,
    product_version: config.productVersion,
    product_name: config.product,
    rabbitmq_version: config.productVersion,
    leveret_version: context.version,
    cluster_name: clusterName(node, config.clusterName),
    cluster_tags: {},
    node_tags: {},
    erlang_version: process.versions.node,
    erlang_full_version: `Node.js ${process.versions.node} [V8 ${process.versions.v8}]`,
    release_series_support_status: 'supported',
    disable_stats: disabled,
    enable_queue_totals: query.isTrue('enable_queue_totals'),
    default_queue_type: 'classic',
    is_op_policy_updating_enabled: true,
    message_stats: disabled ? {} : view.messageStats(node, figures),
    churn_rates: view.lengths(node.counters.churn, churnFigures(node.counters.churn)),
    queue_totals: view.lengths(node, totalLengths(vhosts)),
    object_totals: objectTotals(call),
    statistics_db_event_queue: 0,
    node: nodeName,
    listeners: all ? listenersOf(context) : [],
    contexts: all ? contextsOf(context) : [],
  };
}

function objectTotals(call: Call): object {
  const vhosts = visibleVhosts(call);
  const { principal } = call;
  const all = principal.has('monitoring');
  const connections = [...call.context.connections].filter(
    ({ stage, user }) => stage === 'running' && (all || user === principal.name),
  );
  let [exchanges, queues, consumers] = [0, 0, 0];
  for (const vhost of vhosts) {
    exchanges += [...vhost.exchanges].length;
    for (const queue of vhost.queues) {
      queues++;
      consumers += queue.consumerCount;
    }
  }
  const channels = connections.reduce((sum, { channels: { size } }) => sum + size, 0);
  return { channels, connections: connections.length, consumers, exchanges, queues };
}

function sumOf(all: readonly Figures[]): Figures {
  const sum: Record<string, number> = { ...channelFigures(new ChannelCounters()) };
  for (const figures of all) for (const name in figures) sum[name] += figures[name];
  return sum;
}
