/**
 * The messages that come back to a queue from consumers: how often each may (RabbitMQ: Quorum Queues, "Poison Message Handling"), and
 * which of them wait before they go out again. A message came back as often as it was delivered, which the log knows and the store
 * too; what was out when the broker ended came back by that. For the log one that waits is still unacked.
 */
import { TimerEntry, type Timers } from '../scheduling/timers.ts';
import { DueQueue } from '../log/due-queue.ts';
import type { Message } from '../message/message.ts';
import { type RequeueCause, retryDelay } from './delayed-retry.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { MessageLog } from '../log/message-log.ts';
import type { QueueNode } from './queue-host.ts';
import type { QueueSettings } from './queue-settings.ts';

export type Fate = 'ready' | 'waits' | 'too often';
type RetrySettings = Pick<QueueSettings, 'deliveryLimit' | 'delayedRetry' | 'returnsCount'>;

/** Messages that are ready in one go if many have waited for long enough: others are to have their turn. */
const READY_AT_ONCE = 10_000;

export class Retries {
  readonly #timers: Timers;
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #waiting: DueQueue;
  readonly #timer: TimerEntry;
  /** True from its recovery until the broker has started. */
  #recovered = false;

  /** `ready`: called with the messages that have waited for long enough. */
  constructor(
    queue: { readonly name: string },
    { timers, memory }: Pick<QueueNode, 'timers' | 'memory'>,
    log: MessageLog,
    reader: LogReader,
    ready: (seqs: readonly number[]) => void,
  ) {
    this.#timers = timers;
    this.#waiting = new DueQueue(memory);
    this.#log = log;
    this.#reader = reader;
    this.#timer = new TimerEntry('retry', queue, () => {
      const seqs = this.#due();
      this.#wind();
      ready(seqs);
    });
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The log is back from the store: what waited when it was written waits on. */
  recover(): void {
    this.#recovered = true;
    this.#reader.attempt(() => {
      const now = this.#timers.clock.now();
      this.#log.recoverWaiting(
        (due) => due > now,
        (seq, due) => {
          this.#waiting.push(due, seq);
          if (due < this.#timer.at) this.#wind();
        },
      );
    });
  }

  /** The broker has started: tells `found`, once, of those that came back too often by the end of the one before, in their order. */
  findTooOften({ deliveryLimit = Infinity }: RetrySettings, found: (seq: number) => void): void {
    if (!this.#recovered) return;
    this.#recovered = false;
    this.#reader.attempt(() => this.#log.deliveredOften(deliveryLimit + 1, found));
  }

  /**
   * A message that was out before goes out again, and its consumer is told how often it came back. It may come back again unless that
   * `settles` it.
   */
  goOut(seq: number, view: Message, settles: boolean): void {
    view.changeHeader('x-delivery-count', { type: 'long', value: this.#log.deliveries(seq) });
    if (!settles) this.#log.redeliver(seq);
  }

  /** An unacked message comes back. It is ready, or waits from now on; or it came back once too often, and does neither. */
  add(seq: number, how: RequeueCause, { deliveryLimit = Infinity, delayedRetry, returnsCount }: RetrySettings): Fate {
    const count = this.#log.deliveries(seq);
    if (how === 'returned' && !returnsCount) this.#log.redeliver(seq, -1);
    else if (count > deliveryLimit) return 'too often';
    const delay = retryDelay(delayedRetry, how, count);
    if (delay === 0) return 'ready';
    const due = this.#timers.clock.now() + delay;
    this.#log.wait(seq, due);
    this.#waiting.push(due, seq);
    this.#wind();
    return 'waits';
  }

  /** One waits no more. Returns false if it did not. */
  cancelOne(seq: number): boolean {
    const waited = this.#waiting.remove(seq);
    if (waited) this.#wind();
    return waited;
  }

  /** Nothing waits any more: returns what did. */
  cancel(): Iterable<number> {
    const seqs = this.#waiting.clear();
    this.#wind();
    return seqs;
  }

  #due(): number[] {
    const now = this.#timers.clock.now();
    const seqs: number[] = [];
    while (this.#waiting.at <= now && seqs.length < READY_AT_ONCE) seqs.push(this.#waiting.pop());
    return seqs;
  }

  /** What is due already and still waits does so a moment longer. */
  #wind(): void {
    this.#timers.set(this.#timer, Math.max(this.#waiting.at, this.#timers.clock.now() + 1));
  }
}
