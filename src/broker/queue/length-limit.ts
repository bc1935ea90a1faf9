/**
 * How long a queue may be, in messages and in bytes of their bodies, and how long it is (RabbitMQ: Queue Length Limit). Only ready
 * messages count. Made for queues that have such a limit.
 */
import type { Message } from '../message/message.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { MessageLog } from '../log/message-log.ts';
import type { QueueSettings } from './queue-settings.ts';

type LengthSettings = Pick<QueueSettings, 'maxLength' | 'maxLengthBytes' | 'overflow'>;

/** True if the settings limit how long the queue may be. */
export function isLimited({ maxLength, maxLengthBytes }: LengthSettings): boolean {
  return maxLength !== undefined || maxLengthBytes !== undefined;
}

const NONE = { count: 0, bytes: 0 };

export class LengthLimit {
  readonly #log: MessageLog;
  readonly #messages: number;
  readonly #bytes: number;
  readonly #dropsHead: boolean;
  /** Bytes of the ready bodies; counted only while they are limited. One number for all limits that follow each other. */
  #ready = { bytes: 0 };

  private constructor(log: MessageLog, { maxLength = Infinity, maxLengthBytes = Infinity, overflow }: LengthSettings) {
    this.#log = log;
    this.#messages = maxLength;
    this.#bytes = maxLengthBytes;
    this.#dropsHead = overflow === 'drop-head';
  }

  /** The limit that the settings ask for, in place of the one before; undefined if they ask for none. */
  static of(limits: LengthSettings, log: MessageLog, reader: LogReader, before?: LengthLimit): LengthLimit | undefined {
    if (!isLimited(limits)) return undefined;
    const limit = new LengthLimit(log, limits);
    const known = before !== undefined && before.#bytes !== Infinity;
    if (known) limit.#ready = before.#ready;
    else limit.count(reader);
    return limit;
  }

  /** The log is not what it was: counts anew. It reads all messages, if their bytes are limited; those that come later count then. */
  count(reader: LogReader): void {
    const ready = { bytes: 0 };
    this.#ready = ready;
    if (this.#bytes === Infinity) return;
    reader.attempt(() => this.#log.countReadyBytes((bytes) => (ready.bytes += bytes)));
  }

  /** A message with a body of so many bytes is ready. */
  came(bytes: number): void {
    this.#ready.bytes += bytes;
  }

  /** A message with a body of so many bytes was ready, and is not any more. */
  went(bytes: number): void {
    this.#ready.bytes -= bytes;
  }

  /** True if there is no room for a new message, and none is made. Dead letters that wait to be taken need room too, as in RabbitMQ. */
  refuses(message: Message, waiting: { readonly count: number; readonly bytes: number } = NONE): boolean {
    if (this.#dropsHead) return false;
    if (this.#log.ready + waiting.count >= this.#messages) return true;
    return this.#ready.bytes + waiting.bytes + message.bodySize > this.#bytes;
  }

  /** True if messages are to go from the head. */
  get exceeded(): boolean {
    return this.#dropsHead && (this.#log.ready > this.#messages || this.#ready.bytes > this.#bytes);
  }
}
