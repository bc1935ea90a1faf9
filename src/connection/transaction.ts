/**
 * A channel's transaction (AMQP 0-9-1 class tx): publishes and acknowledgements wait for tx.commit. Only what can be checked
 * without them is checked before: that the exchange exists and may be written to, that the delivery tags are outstanding.
 */
import type { Message } from '../broker/message.ts';
import type { ComeBack } from '../broker/queue/delayed-retry.ts';
import type { Route } from '../broker/route.ts';
import type { Delivery, Unacked } from './unacked.ts';

/** The channel, as its transaction sees it. */
export interface TransactionChannel {
  readonly unacked: Unacked;
  /** All for deliveries that were taken from `unacked` before. */
  settleAll(deliveries: readonly Delivery[]): void;
  rejectAll(deliveries: readonly Delivery[]): void;
  requeueAll(deliveries: readonly Delivery[], how: ComeBack): void;
}

/** What becomes of deliveries: settled, given up, or put back into their queues. */
export type AcknowledgementKind = 'ack' | 'reject' | ComeBack;

interface Publish {
  readonly message: Message;
  readonly route: Route;
  readonly mandatory: boolean;
}

interface Acknowledgement {
  readonly deliveries: readonly Delivery[];
  readonly kind: AcknowledgementKind;
}

export class Transaction {
  readonly #channel: TransactionChannel;
  #publishes: Publish[] = [];
  #acknowledgements: Acknowledgement[] = [];

  constructor(channel: TransactionChannel) {
    this.#channel = channel;
  }

  publish(message: Message, route: Route, mandatory: boolean): void {
    this.#publishes.push({ message: message.copy(), route, mandatory });
  }

  acknowledge(deliveries: readonly Delivery[], kind: AcknowledgementKind): void {
    this.#acknowledgements.push({ deliveries, kind });
  }

  /** Does all that was said. `publish` sends one message on, as it would have been without a transaction. */
  commit(publish: (message: Message, route: Route, mandatory: boolean) => void): void {
    const publishes = this.#publishes;
    const acknowledgements = this.#acknowledgements;
    this.#publishes = [];
    this.#acknowledgements = [];
    for (const { message, route, mandatory } of publishes) publish(message, route, mandatory);
    for (const { deliveries, kind } of acknowledgements) {
      if (kind === 'ack') this.#channel.settleAll(deliveries);
      else if (kind === 'reject') this.#channel.rejectAll(deliveries);
      else this.#channel.requeueAll(deliveries, kind);
    }
  }

  /** Forgets the publishes; what was acknowledged is outstanding again. */
  rollback(): void {
    this.#channel.unacked.restore(this.#acknowledgements.flatMap(({ deliveries }) => deliveries));
    this.#publishes = [];
    this.#acknowledgements = [];
  }
}
