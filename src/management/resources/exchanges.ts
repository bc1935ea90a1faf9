/** Exchanges: listed, declared, deleted (RabbitMQ: HTTP API, `/api/exchanges`). */
import { toFieldTable } from '../../codec/field-table.ts';
import { declareExchange, deleteExchange } from '../../broker/operations/exchanges.ts';
import { previewRoute, type RoutePreview } from '../../broker/operations/route-preview.ts';
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { Sorted } from '../../util/sorted.ts';
import { booleanIn, objectIn, readObject, textIn } from '../http/body.ts';
import { badRequest, noObject, notAuthorised } from '../http/problem.ts';
import { type Call, NO_CONTENT, put, type Resource } from '../http/resource.ts';
import { show } from '../lists/fields.ts';
import { list } from '../lists/list.ts';
import { byName, Chained } from '../lists/order.ts';
import { BINDING_FIELDS, shownBinding } from '../present/binding.ts';
import { outgoingOf, publishesTo } from '../present/breakdown.ts';
import { EXCHANGE_FIELDS, type ShownExchange } from '../present/exchange.ts';
import { channelsIn } from './clients.ts';
import { visibleVhosts } from './visible.ts';

/** What the default exchange, which has no name, is called in paths. */
const DEFAULT_EXCHANGE = 'amq.default';

export const exchanges: readonly Resource[] = [
  { path: '/exchanges', GET: { role: 'management', handle: (call) => listExchanges(call, visibleVhosts(call)) } },
  { path: '/exchanges/:vhost', GET: { role: 'management', handle: (call) => listExchanges(call, [call.vhost]) } },
  {
    path: '/exchanges/:vhost/:exchange',
    GET: { role: 'management', handle: showExchange },
    PUT: { role: 'management', handle: declare },
    DELETE: {
      role: 'management',
      handle: async (call) => {
        const { name } = existingExchange(call);
        await deleteExchange(call.actor, name, call.query.isTrue('if-unused')).untilStored();
        return NO_CONTENT;
      },
    },
  },
  { path: '/exchanges/:vhost/:exchange/route', GET: { role: 'management', handle: showRoute } },
];

/** Where a message with `routing_key` and `headers`, a JSON object, would go. RabbitMQ has nothing like it. */
function showRoute(call: Call): object {
  const { vhost, query } = call;
  const headers = toFieldTable(readObject(Buffer.from(query.get('headers') ?? '')));
  const { bindings, queues, delayed } = routeOf(call, query.get('routing_key') ?? '', headers);
  const shown = bindings.map((binding) => show(BINDING_FIELDS, shownBinding(vhost, binding), call.view));
  return { bindings: shown, queues, delayed };
}

/** Throws HttpProblem 400 for a key that AMQP cannot carry. */
function routeOf(call: Call, routingKey: string, headers: FieldTable): RoutePreview {
  try {
    return previewRoute(call.vhost, existingExchange(call).name, routingKey, headers);
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(error.message);
    throw error;
  }
}

/** The exchange's own name for one in a path. */
export function exchangeNamed(name: string): string {
  return name === DEFAULT_EXCHANGE ? '' : name;
}

/** Throws HttpProblem 404. */
export function existingExchange({ vhost, params }: Call): Exchange {
  const exchange = vhost.exchange(exchangeNamed(params.exchange));
  if (exchange === undefined) throw noObject();
  return exchange;
}

function listExchanges({ query, view }: Call, vhosts: readonly Vhost[]): unknown {
  for (const vhost of vhosts) vhost.settleCounts();
  const subjects = new Chained(vhosts.map(exchangesIn));
  return list(query, { fields: EXCHANGE_FIELDS, view, subjects, nameOf: ({ exchange }) => exchange.name, paged: true });
}

/** By their names. */
function exchangesIn(vhost: Vhost): Sorted<ShownExchange> {
  const shown = Array.from(vhost.exchanges, (exchange): ShownExchange => ({ vhost, exchange }));
  return new Sorted(shown, (a, b) => byName(a.exchange, b.exchange));
}

async function showExchange(call: Call): Promise<unknown> {
  const { vhost, view, context } = call;
  const exchange = existingExchange(call);
  vhost.settleCounts();
  return {
    ...show(EXCHANGE_FIELDS, { vhost, exchange }, view),
    incoming: publishesTo(exchange, channelsIn(vhost, context.connections), view),
    outgoing: await outgoingOf({ vhost, exchange }, view),
  };
}

async function declare({ actor, vhost, params, body }: Call): Promise<unknown> {
  const name = exchangeNamed(params.exchange);
  if (name === '') throw notAuthorised('Access refused.');
  const isNew = vhost.exchange(name) === undefined;
  await declareExchange(actor, {
    name,
    type: textIn(body, 'type', 'direct'),
    durable: booleanIn(body, 'durable', false),
    autoDelete: booleanIn(body, 'auto_delete', false),
    internal: booleanIn(body, 'internal', false),
    arguments: toFieldTable(objectIn(body, 'arguments')),
  }).untilStored();
  return put(isNew);
}
