/** What a principal is shown of the broker: the vhosts that it may enter, or all of them if it monitors. */
import type { Vhost } from '../../broker/topology/vhost.ts';
import { sees } from '../http/principal.ts';
import type { Call } from '../http/resource.ts';
import { byName } from '../lists/order.ts';

/** In the order of their names. */
export function visibleVhosts({ context, principal }: Call): Vhost[] {
  return [...context.node.vhosts].filter(({ name }) => sees(principal, name)).sort(byName);
}

/** In the order of their vhosts, then of their names. */
export function inVhosts<Entity extends { readonly name: string }, Subject>(
  vhosts: readonly Vhost[],
  entities: (vhost: Vhost) => Iterable<Entity>,
  subject: (vhost: Vhost, entity: Entity) => Subject,
): Subject[] {
  return vhosts.flatMap((vhost) => [...entities(vhost)].sort(byName).map((entity) => subject(vhost, entity)));
}
