/**
 * When the messages of a queue expire (RabbitMQ: Time-To-Live and Expiration). They do at its head only, so that the queue waits for
 * one moment: that of its head.
 */
import { Deadline, type Deadlines } from '../scheduling/deadlines.ts';
import type { Message } from '../message/message.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { MessageLog } from '../log/message-log.ts';
import { messageTtl } from './message-properties.ts';

/** When a message that comes now expires, in milliseconds since the epoch; Infinity for never. `ttl`: the queue's, in milliseconds. */
export function deadlineOf(message: Message, ttl = Infinity, { clock }: Deadlines): number {
  const stay = Math.min(ttl, messageTtl(message));
  return stay === Infinity ? Infinity : clock.now() + stay;
}

export function isOver(deadline: number, { clock }: Deadlines): boolean {
  return deadline !== Infinity && deadline <= clock.now();
}

/** Made for queues with a message that may expire. */
export class Expiry {
  readonly #deadlines: Deadlines;
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #deadline: Deadline;

  /** `due`: called when the head's moment has come. */
  constructor(deadlines: Deadlines, log: MessageLog, reader: LogReader, due: () => void) {
    this.#deadlines = deadlines;
    this.#log = log;
    this.#reader = reader;
    this.#deadline = new Deadline(due);
  }

  /** True where a ready message has expired. */
  hasExpired(seq: number): boolean {
    return isOver(this.#log.deadline(seq), this.#deadlines);
  }

  /** A message with this deadline was added, perhaps as the head. */
  added(deadline: number): void {
    if (deadline < this.#deadline.at) this.watch();
  }

  /** Another message may be the head now. One that expires later than is waited for is found when that moment comes. */
  watch(): void {
    const seq = this.#reader.peek();
    if (seq >= 0 && this.#log.deadline(seq) < this.#deadline.at) this.await();
  }

  /** Waits for the moment of the head. */
  await(): void {
    const seq = this.#reader.peek();
    this.#deadlines.set(this.#deadline, seq < 0 ? Infinity : this.#log.deadline(seq));
  }

  /** The queue is deleted. */
  end(): void {
    this.#deadlines.set(this.#deadline, Infinity);
  }
}
