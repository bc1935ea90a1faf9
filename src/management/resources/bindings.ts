/** Bindings: listed, made, taken away (RabbitMQ: HTTP API, `/api/bindings`). */
import { bind, unbind } from '../../broker/operations/bindings.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { toFieldTable } from '../../codec/field-table.ts';
import { EMPTY_TABLE } from '../../protocol/field-table.ts';
import { objectIn, textIn } from '../http/body.ts';
import { noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, Reply, type Resource } from '../http/resource.ts';
import { show } from '../lists/fields.ts';
import { list } from '../lists/list.ts';
import { byName } from '../lists/order.ts';
import { BINDING_FIELDS, propertiesKey, type ShownBinding, shownBinding } from '../present/binding.ts';
import { existingExchange, exchangeNamed } from './exchanges.ts';
import { existingQueue } from './queues.ts';
import { visibleVhosts } from './visible.ts';

export const bindings: readonly Resource[] = [
  {
    path: '/bindings',
    GET: {
      role: 'management',
      handle: (call) =>
        listBindings(
          call,
          visibleVhosts(call).flatMap((vhost) => [...bindingsIn(vhost)]),
        ),
    },
  },
  {
    path: '/bindings/:vhost',
    GET: { role: 'management', handle: (call) => listBindings(call, [...bindingsIn(call.vhost)]) },
  },
  ...(['q', 'e'] as const).flatMap((letter): Resource[] => [
    {
      path: `/bindings/:vhost/e/:source/${letter}/:destination`,
      GET: { role: 'management', handle: (call) => listBindings(call, between(call, letter)) },
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
          }).stored();
          return NO_CONTENT;
        },
      },
    },
  ]),
  {
    path: '/queues/:vhost/:queue/bindings',
    GET: {
      role: 'management',
      handle: (call) => {
        const { name } = existingQueue(call);
        return listBindings(
          call,
          [...bindingsIn(call.vhost)].filter((of) => of.kind === 'queue' && of.destination === name),
        );
      },
    },
  },
  {
    path: '/exchanges/:vhost/:exchange/bindings/source',
    GET: {
      role: 'management',
      handle: (call) => {
        const { name } = existingExchange(call);
        return listBindings(
          call,
          [...bindingsIn(call.vhost)].filter(({ source }) => source === name),
        );
      },
    },
  },
  {
    path: '/exchanges/:vhost/:exchange/bindings/destination',
    GET: {
      role: 'management',
      handle: (call) => {
        const { name } = existingExchange(call);
        return listBindings(
          call,
          [...bindingsIn(call.vhost)].filter((of) => of.kind === 'exchange' && of.destination === name),
        );
      },
    },
  },
];

/** Those of the default exchange first: it has one to each queue. */
function* bindingsIn(vhost: Vhost): Generator<ShownBinding> {
  for (const { name } of [...vhost.queues].sort(byName)) {
    yield {
      vhost: vhost.name,
      source: '',
      kind: 'queue',
      destination: name,
      routingKey: name,
      arguments: EMPTY_TABLE,
    };
  }
  for (const exchange of [...vhost.exchanges].sort(byName)) {
    for (const binding of exchange.bindings) yield shownBinding(vhost, binding);
  }
}

function listBindings({ query, view }: Call, subjects: readonly ShownBinding[]): unknown {
  return list(query, { fields: BINDING_FIELDS, view, subjects, nameOf: ({ destination }) => destination });
}

/** Those of one exchange that lead to one queue or exchange; none if there is no such thing. */
function between({ vhost, params }: Call, letter: 'q' | 'e'): ShownBinding[] {
  const [kind, source] = [letter === 'q' ? 'queue' : 'exchange', exchangeNamed(params.source)];
  const destination = letter === 'q' ? params.destination : exchangeNamed(params.destination);
  const isMeant = (of: ShownBinding): boolean => of.kind === kind && of.destination === destination;
  if (source === '') return [...bindingsIn(vhost)].filter((of) => of.source === '' && isMeant(of));
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
  await bind(actor, spec).stored();
  const key = encodeURIComponent(propertiesKey(spec));
  return new Reply(201, { location: `${encodeURIComponent(params.destination)}/${key}` });
}
