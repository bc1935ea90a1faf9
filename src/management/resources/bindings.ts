/** Bindings: listed, made, taken away (RabbitMQ: HTTP API, `/api/bindings`). */
import { bind, unbind } from '../../broker/operations/bindings.ts';
import type { Binding } from '../../broker/routing/exchange/binding.ts';
import type { Exchange } from '../../broker/routing/exchange/exchange.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { toFieldTable } from '../../codec/field-table.ts';
import { EMPTY_TABLE } from '../../protocol/field-table.ts';
import { Sorted } from '../../util/sorted.ts';
import { objectIn, textIn } from '../http/body.ts';
import { noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, Reply, type Resource } from '../http/resource.ts';
import { show } from '../lists/fields.ts';
import { list } from '../lists/list.ts';
import { byName } from '../lists/order.ts';
import { BINDING_FIELDS, propertiesKey, type ShownBinding, shownBinding } from '../present/binding.ts';
import { exchangeNamed } from './exchanges.ts';
import { queuesIn, visibleVhosts } from './visible.ts';

export const bindings: readonly Resource[] = [
  {
    path: '/bindings',
    GET: {
      role: 'management',
      handle: (call) => listBindings(call, ofVhosts(visibleVhosts(call))),
    },
  },
  {
    path: '/bindings/:vhost',
    GET: { role: 'management', handle: (call) => listBindings(call, bindingsIn(call.vhost)) },
  },
  ...(['q', 'e'] as const).flatMap((letter): Resource[] => [
    {
      path: `/bindings/:vhost/e/:source/${letter}/:destination`,
      GET: { role: 'management', unknownVhost: none, handle: (call) => listBindings(call, between(call, letter)) },
      POST: { role: 'management', handle: (call) => make(call, letter) },
    },
    {
      path: `/bindings/:vhost/e/:source/${letter}/:destination/:properties`,
      GET: { role: 'management', handle: (call) => show(BINDING_FIELDS, existingBinding(call, letter), call.view) },
      DELETE: {
        role: 'management',
        handle: async (call) => {
          const { source, kind, destination, routingKey, arguments: args } = existingBinding(call, letter);
          await unbind(call.actor, {
            source,
            destinationKind: kind,
            destination,
            routingKey,
            arguments: args,
          }).untilStored();
          return NO_CONTENT;
        },
      },
    },
  ]),
  {
    path: '/queues/:vhost/:queue/bindings',
    GET: {
      role: 'management',
      unknownVhost: none,
      handle: (call) => {
        const queue = call.vhost.queue(call.params.queue);
        if (queue === undefined) return none();
        return listBindings(call, [implicitBinding(call.vhost, queue.name), ...leadingTo(call.vhost, queue)]);
      },
    },
  },
  {
    path: '/exchanges/:vhost/:exchange/bindings/source',
    GET: {
      role: 'management',
      unknownVhost: none,
      handle: (call) => {
        const exchange = call.vhost.exchange(exchangeNamed(call.params.exchange));
        return exchange === undefined ? none() : listBindings(call, bindingsOf(call.vhost, exchange));
      },
    },
  },
  {
    path: '/exchanges/:vhost/:exchange/bindings/destination',
    GET: {
      role: 'management',
      unknownVhost: none,
      handle: (call) => {
        const exchange = call.vhost.exchange(exchangeNamed(call.params.exchange));
        return exchange === undefined ? none() : listBindings(call, leadingTo(call.vhost, exchange));
      },
    },
  },
];

/** What is not there has no bindings, which is no error. */
function none(): Reply {
  return new Reply(200, { 'content-type': 'application/json' }, '[]');
}

function* ofVhosts(vhosts: readonly Vhost[]): Generator<ShownBinding> {
  for (const vhost of vhosts) yield* bindingsIn(vhost);
}

/** Those of the default exchange first. They are made while they are written: a vhost may have very many. */
function* bindingsIn(vhost: Vhost): Generator<ShownBinding> {
  for (const exchange of new Sorted([...vhost.exchanges], byName)) yield* bindingsOf(vhost, exchange);
}

function* bindingsOf(vhost: Vhost, exchange: Exchange): Generator<ShownBinding> {
  if (exchange.name === '') for (const { queue } of queuesIn(vhost)) yield implicitBinding(vhost, queue.name);
  for (const binding of exchange.bindings) yield shownBinding(vhost, binding);
}

/** The default exchange has one to each queue. */
function implicitBinding({ name: vhost }: Vhost, queue: string): ShownBinding {
  return { vhost, source: '', kind: 'queue', destination: queue, routingKey: queue, arguments: EMPTY_TABLE };
}

/** In the order of their sources. */
function leadingTo(vhost: Vhost, { incoming }: { readonly incoming: ReadonlySet<Binding> }): ShownBinding[] {
  return [...incoming].sort((a, b) => byName(a.source, b.source)).map((binding) => shownBinding(vhost, binding));
}

function listBindings({ query, view }: Call, subjects: Iterable<ShownBinding>): unknown {
  return list(query, { fields: BINDING_FIELDS, view, subjects, nameOf: ({ destination }) => destination });
}

/** Those of one exchange that lead to one queue or exchange; none if there is no such thing. */
function between({ vhost, params }: Call, letter: 'q' | 'e'): ShownBinding[] {
  const [kind, source] = [letter === 'q' ? 'queue' : 'exchange', exchangeNamed(params.source)];
  const destination = letter === 'q' ? params.destination : exchangeNamed(params.destination);
  const isMeant = (of: ShownBinding): boolean => of.kind === kind && of.destination === destination;
  if (source === '') return kind === 'queue' && vhost.queue(destination) ? [implicitBinding(vhost, destination)] : [];
  return Array.from(vhost.exchange(source)?.bindings ?? [], (binding) => shownBinding(vhost, binding)).filter(isMeant);
}

function existingBinding(call: Call, letter: 'q' | 'e'): ShownBinding {
  const binding = between(call, letter).find((of) => propertiesKey(of) === call.params.properties);
  if (binding === undefined) throw noObject();
  return binding;
}

async function make({ actor, params, body }: Call, letter: 'q' | 'e'): Promise<Reply> {
  const spec = {
    source: exchangeNamed(params.source),
    destinationKind: letter === 'q' ? ('queue' as const) : ('exchange' as const),
    destination: letter === 'q' ? params.destination : exchangeNamed(params.destination),
    routingKey: textIn(body, 'routing_key', ''),
    arguments: toFieldTable(objectIn(body, 'arguments')),
  };
  await bind(actor, spec).untilStored();
  const key = encodeURIComponent(propertiesKey(spec));
  return new Reply(201, { location: `${encodeURIComponent(params.destination)}/${key}` });
}
