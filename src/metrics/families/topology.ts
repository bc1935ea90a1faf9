/** Metrics of vhosts and exchanges, by RabbitMQ's names. */
import type { ExchangeCounters } from '../../broker/events/counters.ts';
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { labelPair } from '../exposition.ts';
import { counter, gauge, ObjectKind } from '../object-kind.ts';
import { inVhosts } from './in-vhosts.ts';

interface ExchangeOfVhost {
  readonly vhost: Vhost;
  readonly exchange: Exchange;
}

const labels = ({ vhost, exchange }: ExchangeOfVhost): string =>
  `${labelPair('vhost', vhost.name)},${labelPair('exchange', exchange.name)}`;

const labelsWithType = (shown: ExchangeOfVhost): string => `${labels(shown)},${labelPair('type', shown.exchange.type)}`;

/** Internal exchanges and the default exchange are not enumerated, as in RabbitMQ. */
const isEnumerated = ({ exchange }: ExchangeOfVhost): boolean => !exchange.internal && exchange.name !== '';

export const EXCHANGES = new ObjectKind<ExchangeOfVhost, ExchangeCounters>({
  subjects: (context, vhosts) =>
    inVhosts(
      context,
      vhosts,
      (vhost) => vhost.exchanges,
      (vhost, exchange) => ({ vhost, exchange }),
    ),
  counters: ({ exchange }) => exchange.counters,
  totals: ({ totals }) => totals.exchanges,
  families: [
    {
      family: 'exchange_metrics',
      labels,
      counters: [
        counter(
          'exchange_messages_published_total',
          'Total number of messages published into an exchange',
          ({ publishIn }) => publishIn,
        ),
      ],
    },
    {
      family: 'exchange_bindings',
      prefix: 'rabbitmq_cluster_',
      eachOnly: true,
      tellsOf: isEnumerated,
      labels: labelsWithType,
      gauges: [
        gauge(
          'exchange_bindings',
          'Number of bindings for an exchange. This value is cluster-wide.',
          ({ exchange }) => exchange.bindingCount,
        ),
      ],
    },
    {
      family: 'exchange_names',
      prefix: 'rabbitmq_cluster_',
      eachOnly: true,
      tellsOf: isEnumerated,
      labels: labelsWithType,
      gauges: [
        gauge(
          'exchange_name',
          'Enumerates exchanges without any additional info. This value is cluster-wide. A cheaper alternative to `exchange_bindings`',
          () => 1,
        ),
      ],
    },
  ],
});

export const VHOSTS = new ObjectKind<Vhost, undefined>({
  subjects: ({ node }, names) => [...node.vhosts].filter(({ name }) => names?.has(name) !== false),
  counters: () => undefined,
  totals: () => undefined,
  families: [
    {
      family: 'vhost_status',
      prefix: 'rabbitmq_cluster_',
      eachOnly: true,
      labels: ({ name }) => labelPair('vhost', name),
      // One that is there runs.
      gauges: [gauge('vhost_status', 'Whether a given vhost is running', () => 1)],
    },
  ],
});
