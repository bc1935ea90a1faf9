/** What a principal is shown of the broker: the vhosts that it may enter, or all of them if it monitors. */
import type { Vhost } from '../../broker/topology/vhost.ts';
import { sees } from '../http/principal.ts';
import type { Call } from '../http/resource.ts';
import type { ShownQueue } from '../present/queue.ts';
import { Sorted } from '../../util/sorted.ts';
import { byName, Chained, type Ordered } from '../lists/order.ts';

/** In the order of their names. */
export function visibleVhosts({ context, principal }: Call): Vhost[] {
  return [...context.node.vhosts].filter(({ name }) => sees(principal, name)).sort(byName);
}

const known = new WeakMap<Vhost, { readonly version: number; readonly queues: Ordered<ShownQueue> }>();

/** Those of a vhost, by their names: sorted when some have come or gone, and not each time that a page of very many is asked for. */
export function queuesIn(vhost: Vhost): Ordered<ShownQueue> {
  const { version } = vhost;
  const before = known.get(vhost);
  if (before?.version === version) return before.queues;
  const shown = Array.from(vhost.queues, (queue): ShownQueue => ({ vhost, queue }));
  const queues = new Sorted(shown, (a, b) => byName(a.queue, b.queue));
  known.set(vhost, { version, queues });
  return queues;
}

/** Those of several vhosts, by their vhosts, then by their names. */
export function queuesOf(vhosts: readonly Vhost[]): Ordered<ShownQueue> {
  return new Chained(vhosts.map(queuesIn));
}
