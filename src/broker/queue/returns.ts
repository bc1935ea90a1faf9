/**
 * The messages that came back to a queue from consumers: how often each did (RabbitMQ: Quorum Queues, "Poison Message Handling"),
 * and which of them wait before they go out again. They are known by their sequence numbers, only those that came back,
 * and only for as long as they are in the queue. For the log one that waits is still unacked.
 */
import { Deadline, type Deadlines } from '../deadlines.ts';
import { DueHeap } from '../due-heap.ts';
import { type ComeBack, retryDelay } from './delayed-retry.ts';
import type { QueueSettings } from './settings.ts';

export type Fate = 'ready' | 'waits' | 'too often';
type RetrySettings = Pick<QueueSettings, 'deliveryLimit' | 'delayedRetry'>;

export class Returns {
  readonly #deadlines: Deadlines;
  readonly #counts = new Map<number, number>();
  readonly #waiting = new DueHeap();
  readonly #deadline: Deadline;

  /** `ready`: called with the messages that have waited for long enough. */
  constructor(deadlines: Deadlines, ready: (seqs: readonly number[]) => void) {
    this.#deadlines = deadlines;
    this.#deadline = new Deadline(() => {
      const seqs = this.#due();
      this.#wind();
      ready(seqs);
    });
  }

  /** Messages that came back and are still in the queue. */
  get size(): number {
    return this.#counts.size;
  }

  /** Those of them that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How often the message came back; undefined where it never did. */
  count(seq: number): number | undefined {
    return this.#counts.get(seq);
  }

  /** The message comes back once more. It is ready, or waits from now on; or it came back once too often, and does neither. */
  add(seq: number, how: ComeBack, { deliveryLimit = Infinity, delayedRetry }: RetrySettings): Fate {
    const count = (this.#counts.get(seq) ?? 0) + 1;
    this.#counts.set(seq, count);
    if (count > deliveryLimit) return 'too often';
    const delay = retryDelay(delayedRetry, how, count);
    if (delay === 0) return 'ready';
    this.#waiting.push(this.#deadlines.clock.now() + delay, seq);
    this.#wind();
    return 'waits';
  }

  /** The message is gone; it did not wait. */
  forget(seq: number): void {
    this.#counts.delete(seq);
  }

  /** Many are gone: forgets all that the queue no longer `holds`. */
  forgetGone(holds: (seq: number) => boolean): void {
    for (const seq of this.#counts.keys()) if (!holds(seq)) this.#counts.delete(seq);
  }

  /** Nothing waits any more: returns what did. */
  cancel(): Iterable<number> {
    const seqs = this.#waiting.clear();
    this.#wind();
    return seqs;
  }

  #due(): number[] {
    const now = this.#deadlines.clock.now();
    const seqs: number[] = [];
    while (this.#waiting.at <= now) seqs.push(this.#waiting.pop());
    return seqs;
  }

  #wind(): void {
    this.#deadlines.set(this.#deadline, this.#waiting.at);
  }
}
