/**
 * A broken rule of the protocol or of the broker, named by its AMQP reply code.
 * Whoever finds it throws it; the channel or connection that was running turns it into channel.close or connection.close.
 */
import { REPLY_CODES, type ReplyName } from './generated/reply-codes.ts';
import { beginningOf, SHORTSTR_BYTES } from './shortstr.ts';

const ELLIPSIS = '...';

export class AmqpError extends Error {
  override readonly name = 'AmqpError';
  /** The reply code by its name in RabbitMQ's texts, for example `NOT_FOUND`. */
  readonly replyName: ReplyName;
  /** Class and method that failed. Filled in by whoever dispatches methods. */
  classId = 0;
  methodId = 0;

  /** True if no method is to blame, so that class and method stay 0. */
  readonly blameless: boolean;

  constructor(replyName: ReplyName, explanation: string, options: { readonly blameless?: boolean } = {}) {
    super(`${replyName} - ${explanation}`);
    this.replyName = replyName;
    this.blameless = options.blameless === true;
  }

  get replyCode(): number {
    return REPLY_CODES[this.replyName].code;
  }

  /** True if the connection must close, false if only the channel does. */
  get hard(): boolean {
    return REPLY_CODES[this.replyName].hard;
  }

  /** The text as it goes out. A long one is cut, never inside a character, and ends in three dots, as RabbitMQ's do. */
  get replyText(): string {
    if (Buffer.byteLength(this.message) <= SHORTSTR_BYTES) return this.message;
    return beginningOf(this.message, SHORTSTR_BYTES - ELLIPSIS.length) + ELLIPSIS;
  }
}
