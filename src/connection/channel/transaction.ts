/**
 * A channel's transaction (AMQP 0-9-1 class tx): publishes and acknowledgements wait for tx.commit. Only what can be checked
 * without them is checked before: that the exchange exists and may be written to, that the delivery tags are outstanding.
 */
import type { V8HeapLimit } from '../../broker/flow/v8-heap-limit.ts';
import type { Message } from '../../broker/message/message.ts';
import type { Route } from '../../broker/routing/route.ts';
import type { InboundQuota } from '../input/inbound-memory.ts';
import type { SettlementKind } from './settlement.ts';
import type { Delivery, Unacked } from './unacked.ts';

/** Does with deliveries that were taken from the unacknowledged ones before what was said of them, step by step. */
export type SettleAll = (deliveries: readonly Delivery[], kind: SettlementKind) => Iterable<void>;

/** How many publishes are taken between two looks at the heap. */
const LOOK_EVERY = 64;

/** What a publish takes beside its own bytes. */
const PUBLISH_BYTES = 600;

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
  readonly #unacked: Unacked;
  readonly #quota: InboundQuota;
  readonly #heapLimit: V8HeapLimit;
  /** Bytes of the publishes. */
  #held = 0;
  #publishes: Publish[] = [];
  #acknowledgements: Acknowledgement[] = [];

  /** `unacked`: deliveries of its channel. */
  constructor(unacked: Unacked, inboundQuota: InboundQuota, heapLimit: V8HeapLimit) {
    this.#unacked = unacked;
    this.#quota = inboundQuota;
    this.#heapLimit = heapLimit;
  }

  /** Throws AmqpError RESOURCE_ERROR if there is no room for it. */
  publish(message: Message, route: Route, mandatory: boolean): void {
    // If it is full the connection would be stopped after this, and keep what fills it.
    if (this.#heapLimit.full || this.#publishes.length % LOOK_EVERY === 0) this.#heapLimit.checkRoom();
    const copy = message.copy();
    const bytes = PUBLISH_BYTES + copy.routeEnd + copy.propertiesEnd + copy.bodySize;
    this.#held += bytes;
    this.#quota.grew(bytes);
    this.#publishes.push({ message: copy, route, mandatory });
  }

  get publishCount(): number {
    return this.#publishes.length;
  }

  get acknowledgementCount(): number {
    return this.#acknowledgements.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
  }

  acknowledge(deliveries: readonly Delivery[], kind: SettlementKind): void {
    this.#acknowledgements.push({ deliveries, kind });
  }

  /**
   * Does all that was said, step by step: for Channel.goThrough. `publish` sends one message on, as it would have been without a
   * transaction.
   */
  *commit(
    publish: (message: Message, route: Route, mandatory: boolean) => void,
    settleAll: SettleAll,
  ): Generator<void> {
    const publishes = this.#publishes;
    const acknowledgements = this.#acknowledgements;
    this.#forget();
    for (const { message, route, mandatory } of publishes) {
      publish(message, route, mandatory);
      yield;
    }
    for (const { deliveries, kind } of acknowledgements) yield* settleAll(deliveries, kind);
  }

  /** Forgets the publishes; what was acknowledged is outstanding again. */
  rollback(): void {
    this.#unacked.restore(this.#acknowledgements.flatMap(({ deliveries }) => deliveries));
    this.#forget();
  }

  #forget(): void {
    this.#publishes = [];
    this.#acknowledgements = [];
    this.#quota.shrank(this.#held);
    this.#held = 0;
  }
}
