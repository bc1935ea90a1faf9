/** What a vhost counts: the sums over its channels, exchanges and queues, those that are gone included. */
import type { QueueType } from '../arguments/queue-type.ts';
import { ChannelCounters, ExchangeCounters } from './counters.ts';
import { QueueCounters } from './queue-counters.ts';
import { Totals } from './totals.ts';

export interface CountedQueue {
  readonly type: QueueType;
  readonly counters: QueueCounters;
}

export class VhostCounters {
  readonly channels = new Totals(() => new ChannelCounters());
  readonly exchanges = new ExchangeCounters();
  #endedQueues: QueueSums | undefined;

  queueEnded(queue: CountedQueue): void {
    (this.#endedQueues ??= noQueues())[queue.type].add(queue.counters);
  }

  /** By the type of the queues. `live`: those that there are. */
  queues(live: Iterable<CountedQueue>): QueueSums {
    const sums = noQueues();
    if (this.#endedQueues !== undefined) addQueueSums(sums, this.#endedQueues);
    for (const { type, counters } of live) sums[type].add(counters);
    return sums;
  }
}

export type QueueSums = Readonly<Record<QueueType, QueueCounters>>;

export function noQueues(): QueueSums {
  return { classic: new QueueCounters(), quorum: new QueueCounters(), stream: new QueueCounters() };
}

export function addQueueSums(to: QueueSums, from: QueueSums): void {
  for (const type of Object.keys(from) as QueueType[]) to[type].add(from[type]);
}
