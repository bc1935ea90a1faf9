/** What a vhost counts: the sums over its connections, channels, exchanges and queues, those that are gone included. */
import type { QueueType } from '../arguments/queue-type.ts';
import { ChannelCounters, ConnectionCounters, ExchangeCounters } from './counters.ts';
import { QueueCounters } from './queue-counters.ts';
import { Totals } from './totals.ts';

export interface CountedQueue {
  readonly type: QueueType;
  /** What it counted up to now: to be looked at, not to be counted with. */
  readonly counted: Readonly<QueueCounters>;
}

export class VhostCounters {
  readonly channels = new Totals(() => new ChannelCounters());
  readonly connections = new Totals(() => new ConnectionCounters());
  readonly exchanges = new ExchangeCounters();
  #endedQueues: QueueSums | undefined;

  queueEnded({ type, counted }: CountedQueue): void {
    (this.#endedQueues ??= noQueues())[type].add(counted);
  }

  /** Of queues that are deleted, by their types; undefined before the first. */
  get endedQueues(): QueueSums | undefined {
    return this.#endedQueues;
  }
}

export type QueueSums = Readonly<Record<QueueType, QueueCounters>>;

export function noQueues(): QueueSums {
  return { classic: new QueueCounters(), quorum: new QueueCounters(), stream: new QueueCounters() };
}

export function addQueueSums(to: QueueSums, from: QueueSums): void {
  for (const type of Object.keys(from) as QueueType[]) to[type].add(from[type]);
}
