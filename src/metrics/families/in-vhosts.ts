/** The objects that lie in vhosts. */
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { ManagementContext } from '../../management/context.ts';

/** `names`: of the vhosts that are wanted; undefined: all. */
export function* inVhosts<Entity, Subject>(
  { node }: ManagementContext,
  names: ReadonlySet<string> | undefined,
  entities: (vhost: Vhost) => Iterable<Entity>,
  subject: (vhost: Vhost, entity: Entity) => Subject,
): Generator<Subject> {
  for (const vhost of node.vhosts) {
    if (names?.has(vhost.name) === false) continue;
    vhost.settleCounts();
    for (const entity of entities(vhost)) yield subject(vhost, entity);
  }
}
