/** Consumers as a test wants them. */
import { QueueCounters } from '../../../../src/broker/events/queue-counters.ts';
import { Consumer } from '../../../../src/broker/queue/consumer.ts';
import type { DispatchOrder } from '../../../../src/broker/queue/dispatch-order.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';

export interface ConsumerLooks {
  readonly priority?: number;
  readonly prefetch?: number;
  readonly exclusive?: boolean;
}

/** `busy`: tags of those that can take no message for now. */
export function consumer(tag: string, looks: ConsumerLooks = {}, busy: ReadonlySet<string> = new Set()): Consumer {
  const { priority = 0, prefetch = 0, exclusive = false } = looks;
  const target = { canTake: () => !busy.has(tag), deliver: () => undefined, cancelled: () => undefined };
  const queue = { counters: new QueueCounters(), activate: () => undefined, undeliverable: () => undefined };
  return new Consumer(queue, target, { tag, noAck: false, exclusive, priority, prefetch, arguments: EMPTY_TABLE });
}

/** Who gets the next messages. */
export function turns(order: Pick<DispatchOrder, 'next'>, count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => order.next()?.tag);
}
