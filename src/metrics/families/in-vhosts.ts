/** The objects that lie in vhosts. */
import { QUEUE_TYPES } from '../../broker/arguments/queue-type.ts';
import { QueueCounters } from '../../broker/events/queue-counters.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';
import type { MessageTotals } from '../../broker/topology/message-totals.ts';
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

export function queuesIn<Subject>(
  context: ManagementContext,
  names: ReadonlySet<string> | undefined,
  subject: (vhost: Vhost, queue: DeclaredQueue) => Subject,
): Generator<Subject> {
  return inVhosts(context, names, (vhost) => vhost.queues, subject);
}

/** What all queues counted, those that are gone too. */
export function sumOfQueues({ queues }: MessageTotals): QueueCounters {
  const sum = new QueueCounters();
  for (const type of QUEUE_TYPES) sum.add(queues[type]);
  return sum;
}
