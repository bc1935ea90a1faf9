/** What a principal is shown of the broker: the vhosts that it may enter, or all of them if it monitors. */
import type { Vhost } from '../../broker/topology/vhost.ts';
import { sees } from '../http/principal.ts';
import type { Call } from '../http/resource.ts';
import type { ShownQueue } from '../present/queue.ts';
import { byName } from '../lists/order.ts';

/** In the order of their names. */
export function visibleVhosts({ context, principal }: Call): Vhost[] {
  return [...context.node.vhosts].filter(({ name }) => sees(principal, name)).sort(byName);
}

const sorted = new WeakMap<Vhost, { readonly version: number; readonly queues: readonly ShownQueue[] }>();

/** Those of a vhost, by their names: sorted when some have come or gone, and not each time that a page of very many is asked for. */
export function queuesIn(vhost: Vhost): readonly ShownQueue[] {
  const { version } = vhost;
  const known = sorted.get(vhost);
  if (known?.version === version) return known.queues;
  const queues = [...vhost.queues].sort(byName).map((queue): ShownQueue => ({ vhost, queue }));
  sorted.set(vhost, { version, queues });
  return queues;
}

/** In the order of their vhosts, then of their names. */
export function inVhosts<Entity extends { readonly name: string }, Subject>(
  vhosts: readonly Vhost[],
  entities: (vhost: Vhost) => Iterable<Entity>,
  subject: (vhost: Vhost, entity: Entity) => Subject,
): Subject[] {
  return vhosts.flatMap((vhost) => [...entities(vhost)].sort(byName).map((entity) => subject(vhost, entity)));
}
