/**
 * Direct reply-to (RabbitMQ's page of that name): a consumer of `amq.rabbitmq.reply-to` has no queue; requests carry a name of
 * its own, and replies to that name go straight to the requester's channel, or nowhere if it is gone.
 */
import { randomBytes } from 'node:crypto';
import type { Message } from '../message/message.ts';
import type { MessageTarget } from '../message/message-target.ts';

export const REPLY_TO = 'amq.rabbitmq.reply-to';

/** A channel that waits for replies. */
export interface ReplyReceiver {
  reply(message: Message): void;
}

export class ReplyTargets {
  readonly #byName = new Map<string, MessageTarget>();

  /** Returns the name under which replies reach the receiver. */
  add(receiver: ReplyReceiver): string {
    const name = `${REPLY_TO}.${randomBytes(16).toString('base64url')}`;
    this.#byName.set(name, { accept: (message) => receiver.reply(message) });
    return name;
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }

  find(name: string): MessageTarget | undefined {
    return this.#byName.get(name);
  }
}
