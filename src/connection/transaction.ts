/**
 * A channel's transaction (AMQP 0-9-1 class tx): publishes and acknowledgements wait for tx.commit. Only what can be checked
 * without them is checked before: that the exchange exists and may be written to, that the delivery tags are outstanding.
 */
import type { Message } from '../broker/message.ts';
import type { Route } from '../broker/route.ts';
import type { SettlementKind } from './settlement.ts';
import type { Delivery, Unacked } from './unacked.ts';

/** The channel, as its transaction sees it. */
export interface TransactionChannel {
  readonly unacked: Unacked;
  /** Does with deliveries that were taken from `unacked` before what was said of them, step by step. */
  settleAll(deliveries: readonly Delivery[], kind: SettlementKind): Iterable<void>;
}

interface Publish {
  readonly message: Message;
  readonly route: Route;
  readonly mandatory: boolean;
}

interface Acknowledgement {
  readonly deliveries: readonly Delivery[];
  readonly kind: SettlementKind;
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

  acknowledge(deliveries: readonly Delivery[], kind: SettlementKind): void {
    this.#acknowledgements.push({ deliveries, kind });
  }

  /**
   * Does all that was said, step by step: for Channel.goThrough. `publish` sends one message on, as it would have been without a
   * transaction.
   */
  *commit(publish: (message: Message, route: Route, mandatory: boolean) => void): Generator<void> {
    const publishes = this.#publishes;
    const acknowledgements = this.#acknowledgements;
    this.#publishes = [];
    this.#acknowledgements = [];
    for (const { message, route, mandatory } of publishes) {
      publish(message, route, mandatory);
      yield;
    }
    for (const { deliveries, kind } of acknowledgements) yield* this.#channel.settleAll(deliveries, kind);
  }

  /** Forgets the publishes; what was acknowledged is outstanding again. */
  rollback(): void {
    this.#channel.unacked.restore(this.#acknowledgements.flatMap(({ deliveries }) => deliveries));
    this.#publishes = [];
    this.#acknowledgements = [];
  }
}
