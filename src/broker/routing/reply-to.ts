/**
 * Direct reply-to (RabbitMQ's page of that name): a consumer of `amq.rabbitmq.reply-to` has no queue; requests carry a name of
 * its own, and replies to that name go straight to the requester's channel, or nowhere if it is gone.
 */
import { type Chance, uniqueName } from '../../util/chance.ts';
import type { Message } from '../message/message.ts';
import type { MessageTarget } from '../message/message-target.ts';

export const REPLY_TO = 'amq.rabbitmq.reply-to';

/** A channel that waits for replies. */
export interface ReplyReceiver {
  reply(message: Message): void;
}

/** Where the replies to one name go. */
export class ReplyTarget implements MessageTarget {
  readonly name: string;
  readonly #receiver: ReplyReceiver;
  /** The receiver left. */
  deleted = false;

  constructor(name: string, receiver: ReplyReceiver) {
    this.name = name;
    this.#receiver = receiver;
  }

  accept(message: Message): void {
    // A dead letter may come without its body (see Message.isWhole), and there is nothing here that it could wait in.
    if (!this.deleted && message.isWhole) this.#receiver.reply(message);
  }
}

export class ReplyTargets {
  readonly #chance: Chance;
  readonly #byName = new Map<string, ReplyTarget>();
  readonly #changed: () => void;

  /** `changed`: called when a target came or went, and with it the route to its name. */
  constructor(chance: Chance, changed: () => void) {
    this.#chance = chance;
    this.#changed = changed;
  }

  /** Returns the name under which replies reach the receiver. */
  add(receiver: ReplyReceiver): string {
    const name = `${REPLY_TO}.${uniqueName(this.#chance)}`;
    this.#byName.set(name, new ReplyTarget(name, receiver));
    this.#changed();
    return name;
  }

  remove(name: string): void {
    const target = this.#byName.get(name);
    if (target === undefined) return;
    target.deleted = true;
    this.#byName.delete(name);
    this.#changed();
  }

  find(name: string): MessageTarget | undefined {
    return this.#byName.get(name);
  }
}
