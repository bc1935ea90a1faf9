/** `broker.delayed`: the messages that wait at exchanges of the type x-delayed-message, counted and cancelled. */
import { ChangeError } from '../broker/arguments/change-error.ts';
import type { DelayedMessages } from '../broker/delay/delayed-messages.ts';
import { Receipt } from '../broker/operations/receipt.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';

export interface DelayedPlace {
  /** The default vhost by default. */
  readonly vhost?: string | undefined;
}

export interface DelayedInfo {
  readonly exchange: string;
  /** Messages that wait: RabbitMQ's `messages_delayed`. */
  readonly messages: number;
  /** When the first of them goes on; undefined if none waits, or a broker that has just started has not read them yet. */
  readonly next: Date | undefined;
}

/** Latest moment that a Date can say, in milliseconds since the epoch. */
const LATEST_DATE = 8.64e15;

export class Delayed {
  readonly #node: BrokerNode;
  readonly #defaultVhost: string;

  /** @internal */
  constructor(node: BrokerNode, defaultVhost: string) {
    this.#node = node;
    this.#defaultVhost = defaultVhost;
  }

  /**
   * The delayed exchanges of a vhost with what waits there.
   * @throws ChangeError `not-found`
   */
  list({ vhost = this.#defaultVhost }: DelayedPlace = {}): DelayedInfo[] {
    return Array.from(this.#node.existingVhost(vhost).exchanges).flatMap(({ name, delayed }) =>
      delayed === undefined ? [] : [infoOf(name, delayed)],
    );
  }

  /** Undefined if there is no delayed exchange of this name. */
  get(exchange: string, { vhost = this.#defaultVhost }: DelayedPlace = {}): DelayedInfo | undefined {
    const delayed = this.#node.vhost(vhost)?.exchange(exchange)?.delayed;
    return delayed && infoOf(exchange, delayed);
  }

  /**
   * Cancels all messages that wait at an exchange. Resolves to their number when that is stored.
   * @throws ChangeError `not-found`
   */
  async purge(exchange: string, { vhost = this.#defaultVhost }: DelayedPlace = {}): Promise<number> {
    const delayed = this.#node.existingVhost(vhost).exchange(exchange)?.delayed;
    if (delayed === undefined) throw new ChangeError('not-found', `Delayed exchange '${exchange}' does not exist`);
    return new Receipt(this.#node.store, delayed.purge()).untilStored();
  }
}

function infoOf(exchange: string, { count, next }: DelayedMessages): DelayedInfo {
  return { exchange, messages: count, next: next === undefined ? undefined : new Date(Math.min(next, LATEST_DATE)) };
}
