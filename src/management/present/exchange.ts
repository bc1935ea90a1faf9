/** An exchange, as the HTTP API shows it (RabbitMQ: HTTP API, `/api/exchanges`). */
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { Fields } from '../lists/fields.ts';
import { exchangeFigures } from '../rates/figures.ts';
import type { View } from '../view.ts';
import { showTable } from './table.ts';

export interface ShownExchange {
  readonly vhost: Vhost;
  readonly exchange: Exchange;
}

export const EXCHANGE_FIELDS: Fields<ShownExchange, View> = {
  arguments: ({ exchange }) => showTable(exchange.arguments),
  auto_delete: ({ exchange }) => exchange.autoDelete,
  durable: ({ exchange }) => exchange.durable,
  internal: ({ exchange }) => exchange.internal,
  message_stats: ({ exchange }, view) => view.messageStats(exchange, exchangeFigures(exchange.counters)),
  messages_delayed: ({ exchange }) => exchange.delayed?.count,
  name: ({ exchange }) => exchange.name,
  policy: ({ vhost, exchange }) => vhost.policies.appliedTo(exchange).policy?.name,
  type: ({ exchange }) => exchange.type,
  user_who_performed_action: ({ exchange: { name } }, { context }) =>
    name === '' || name.startsWith('amq.') ? 'rmq-internal' : context.config.defaultUser,
  vhost: ({ vhost }) => vhost.name,
};
