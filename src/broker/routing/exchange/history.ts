/**
 * The last messages that passed an exchange, copied, for queues that are bound later. They are in memory only: a restart
 * forgets them, as in RabbitMQ.
 */
import { Deque } from '../../../util/deque.ts';
import type { Message } from '../../message/message.ts';

/** However many messages are asked for, older ones go once the others have this many bytes. */
const MOST_BYTES = 16 * 1024 * 1024;
/** What a message costs beside its bytes. */
const BYTES_A_MESSAGE = 256;

export class History {
  readonly #length: number;
  readonly #messages = new Deque<Message>();
  #bytes = 0;

  /** `length`: how many messages are kept. */
  constructor(length: number) {
    this.#length = length;
  }

  /** Copies the message, unless its headers forbid it (`x-recent-history-no-store`), or it comes without its body: see Message.isWhole. */
  keep(message: Message): void {
    if (refused(message) || !message.isWhole) return;
    const copy = message.copy();
    // The logs may be through with the body before this is.
    copy.unshare();
    this.#messages.push(copy);
    this.#bytes += costOf(copy);
    const messages = this.#messages;
    while (messages.length > this.#length || (this.#bytes > MOST_BYTES && messages.length > 1)) {
      this.#bytes -= costOf(messages.shift()!);
    }
  }

  clear(): void {
    this.#messages.clear();
    this.#bytes = 0;
  }

  /** Copies of what is kept now, the oldest first. What is done with them may lead back here. */
  replay(): readonly Message[] {
    return Array.from(this.#messages, (message) => message.copy());
  }
}

function costOf({ route, properties, bodySize }: Message): number {
  return route.length + properties.length + bodySize + BYTES_A_MESSAGE;
}

function refused(message: Message): boolean {
  const field = message.findHeader('x-recent-history-no-store');
  return field?.type === 'bool' && message.properties[field.valueStart] !== 0;
}
