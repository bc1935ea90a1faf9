/** What a queue counts. */
import type { DeathReason } from '../message/dead-letter.ts';
import { addCounters, DeliveryCounters } from './counters.ts';

export type ReasonCounters = Record<DeathReason, number>;

export class QueueCounters extends DeliveryCounters {
  /** Messages that clients published and a route led here. Dead letters do not count, nor do messages that waited at an exchange, as in RabbitMQ. */
  publish = 0;
  /** Messages that came and were not taken: the queue was full (overflow `reject-publish`), or had had them before. */
  refused = 0;
  duplicate = 0;
  /** Messages that the queue gave up, by the reason: to its dead letter exchange, or for want of one. Undefined before the first. */
  deadLettered: ReasonCounters | undefined;
  /** Those of the dead letters that a queue took for certain: of the strategy at-least-once. */
  deadLetterConfirmed: ReasonCounters | undefined;
  dropped: ReasonCounters | undefined;

  /** `confirmed`: the queue that took its letter said so. */
  discard(reason: DeathReason, deadLettered: boolean, confirmed = false): void {
    const counters = deadLettered ? (this.deadLettered ??= noReasons()) : (this.dropped ??= noReasons());
    counters[reason]++;
    if (confirmed) (this.deadLetterConfirmed ??= noReasons())[reason]++;
  }

  add(counters: QueueCounters): void {
    addCounters(this, counters);
    const { deadLettered, deadLetterConfirmed, dropped } = counters;
    if (deadLettered !== undefined) addCounters((this.deadLettered ??= noReasons()), deadLettered);
    if (deadLetterConfirmed !== undefined) addCounters((this.deadLetterConfirmed ??= noReasons()), deadLetterConfirmed);
    if (dropped !== undefined) addCounters((this.dropped ??= noReasons()), dropped);
  }
}

/** Of a queue that has counted nothing yet. */
export const NOTHING_COUNTED: Readonly<QueueCounters> = Object.freeze(new QueueCounters());

function noReasons(): ReasonCounters {
  return { expired: 0, rejected: 0, maxlen: 0, delivery_limit: 0 };
}
