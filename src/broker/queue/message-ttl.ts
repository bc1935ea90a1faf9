/**
 * When the messages of a queue expire (RabbitMQ: Time-To-Live and Expiration). They do at its head only, so that the queue waits for
 * one moment: that of its head.
 */
import { TimerEntry, type Timers } from '../scheduling/timers.ts';
import type { Message } from '../message/message.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { MessageLog } from '../log/message-log.ts';
import { messageTtl } from './message-properties.ts';

/** When a message that comes now expires, in milliseconds since the epoch; Infinity for never. `ttl`: the queue's, in milliseconds. */
export function expiryOf(message: Message, ttl = Infinity, { clock }: Timers): number {
  const stay = Math.min(ttl, messageTtl(message));
  return stay === Infinity ? Infinity : clock.now() + stay;
}

export function isOver(expiresAt: number, { clock }: Timers): boolean {
  return expiresAt !== Infinity && expiresAt <= clock.now();
}

/** Made for queues with a message that may expire. */
export class MessageTtl {
  readonly #timers: Timers;
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #timer: TimerEntry;

  /** `due`: called when the head's moment has come. */
  constructor(queue: { readonly name: string }, timers: Timers, log: MessageLog, reader: LogReader, due: () => void) {
    this.#timers = timers;
    this.#log = log;
    this.#reader = reader;
    this.#timer = new TimerEntry('ttl', queue, due);
  }

  /** True if a ready message has expired. */
  hasExpired(seq: number): boolean {
    return isOver(this.#log.expiresAt(seq), this.#timers);
  }

  /** A message with this expiresAt was added, perhaps as the head. */
  added(expiresAt: number): void {
    if (expiresAt < this.#timer.at) this.watch();
  }

  /** Another message may be the head now. One that expires later than is waited for is found when that moment comes. */
  watch(): void {
    const seq = this.#reader.peek();
    if (seq >= 0 && this.#log.expiresAt(seq) < this.#timer.at) this.await();
  }

  /** Waits for the moment of the head. */
  await(): void {
    const seq = this.#reader.peek();
    this.#timers.set(this.#timer, seq < 0 ? Infinity : this.#log.expiresAt(seq));
  }

  /** The queue is deleted. */
  end(): void {
    this.#timers.set(this.#timer, Infinity);
  }
}
