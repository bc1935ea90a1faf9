/**
 * Publisher confirms of a channel (RabbitMQ: Consumer Acknowledgements and Publisher Confirms). Each message has a publish sequence number; it is
 * confirmed once all queues that took it vouch for it. What is confirmed in a turn goes out together: one basic.ack with
 * `multiple` for the unbroken run, single ones for what overtook it.
 */
import type { PublishCounters } from '../../broker/events/counters.ts';
import type { ConfirmTracker } from '../../broker/message/message-target.ts';
import { ConfirmRuns } from './confirm-runs.ts';

const FIRST_SLOTS = 64;
/** A message's slot holds how many are still to vouch for it; or this, once it was acknowledged ahead of the run. */
const OVERTOOK = -1;

export class Confirms implements ConfirmTracker {
  readonly #wake: () => void;
  #missing = new Int32Array(FIRST_SLOTS);
  #mask = FIRST_SLOTS - 1;
  /** Messages from here on are not confirmed, or overtook. */
  #oldest = 1;
  #next = 1;
  /** The last message of the run that did not overtake: no acknowledgement may name a message again (php-amqplib gives up then). */
  #newest = 0;
  /** Messages below are acknowledged to the publisher. */
  #told = 1;
  readonly #overtaking: number[] = [];
  /** Messages of the run since the last flush. */
  #inRun = 0;
  /** Messages that a queue refused: those that others are still to vouch for, and those that are to be told. */
  readonly #rejected = new Set<number>();
  readonly #refused: number[] = [];
  readonly #runs = new ConfirmRuns();
  #awake = false;

  /** `wake` is called when there is something to flush. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /**
   * The sequence number of the next message. It is held until `confirmed` was called once, beside what the queues ask for. `counters`: those
   * that its confirm is counted by.
   */
  begin(counters: PublishCounters): number {
    if (this.#next - this.#oldest > this.#mask) this.#grow();
    const publishSeqNo = this.#next++;
    this.#runs.published(publishSeqNo, counters);
    this.#missing[publishSeqNo & this.#mask] = 1;
    return publishSeqNo;
  }

  /** Messages that are not confirmed; those that were acknowledged ahead of others count as if they were not. */
  get waiting(): number {
    return this.#next - this.#oldest;
  }

  wait(publishSeqNo: number): void {
    this.#missing[publishSeqNo & this.#mask]++;
  }

  rejected(publishSeqNo: number): void {
    this.#rejected.add(publishSeqNo);
  }

  confirmed(publishSeqNo: number): void {
    const slot = publishSeqNo & this.#mask;
    if (--this.#missing[slot] > 0) return;
    if (this.#rejected.size > 0 && this.#rejected.delete(publishSeqNo)) {
      this.#missing[slot] = OVERTOOK;
      this.#refused.push(publishSeqNo);
    } else if (publishSeqNo !== this.#oldest) this.#overtaking.push(publishSeqNo);
    if (publishSeqNo === this.#oldest) this.#advance();
    if (this.#awake) return;
    this.#awake = true;
    this.#wake();
  }

  /** Calls `nack` for what was refused since the last flush, then `ack` for what was confirmed; returns the number of the latter. */
  flush(ack: (number: number, multiple: boolean) => void, nack: (number: number) => void): number {
    let confirmed = this.#inRun;
    this.#inRun = 0;
    this.#awake = false;
    for (const publishSeqNo of this.#refused) nack(publishSeqNo);
    this.#refused.length = 0;
    if (this.#oldest > this.#told && this.#newest >= this.#told) {
      ack(this.#newest, this.#newest > this.#told);
    }
    this.#told = this.#oldest;
    for (const number of this.#overtaking) {
      if (number < this.#told) continue;
      this.#missing[number & this.#mask] = OVERTOOK;
      ack(number, false);
      this.#runs.confirmed(number, this.#oldest);
      confirmed++;
    }
    this.#overtaking.length = 0;
    return confirmed;
  }

  #advance(): void {
    for (; this.#oldest < this.#next; this.#oldest++) {
      const missing = this.#missing[this.#oldest & this.#mask];
      if (missing > 0) return;
      if (missing === OVERTOOK) continue;
      this.#newest = this.#oldest;
      this.#runs.confirmed(this.#oldest, this.#oldest);
      this.#inRun++;
    }
  }

  #grow(): void {
    const size = (this.#mask + 1) * 2;
    const missing = new Int32Array(size);
    for (let publishSeqNo = this.#oldest; publishSeqNo < this.#next; publishSeqNo++) {
      missing[publishSeqNo & (size - 1)] = this.#missing[publishSeqNo & this.#mask];
    }
    this.#missing = missing;
    this.#mask = size - 1;
  }
}
