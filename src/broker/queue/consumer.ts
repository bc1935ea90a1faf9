/** A subscription of a channel to a queue (basic.consume), as the queue sees it. */
import type { FieldTable } from '../../protocol/field-table.ts';
import { countDelivery } from '../events/counters.ts';
import type { QueueCounters } from '../events/queue-counters.ts';
import type { Message } from '../message/message.ts';

/** Where deliveries go: a channel. Owned here, implemented by the connection layer. */
export interface DeliveryTarget {
  /** False while the channel or its connection can take no further delivery; it calls `Consumer.resume` when it can. */
  canTake(consumer: Consumer): boolean;
  /**
   * Sends one message; the view is the target's until it returns. `seq`: its number in the queue, by which it is settled if the consumer
   * acknowledges; -1 if the queue never kept it. Throws if it cannot be sent: then nothing was, and nothing is outstanding.
   */
  deliver(consumer: Consumer, message: Message, seq: number, redelivered: boolean): void;
  /** The queue is gone or has nothing for the consumer any more: it is no consumer from now on. */
  cancelled(consumer: Consumer): void;
}

/** The queue, as its consumers see it. */
export interface ConsumerQueue {
  readonly counters: QueueCounters;
  /** The consumer waits for a message. */
  activate(consumer: Consumer): void;
  /** A consumer could not be sent a message, which is for the queue to discard. */
  undeliverable(reason: unknown): void;
}

export interface ConsumerOptions {
  readonly tag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  /** Higher ones are served first (RabbitMQ's Consumer Priorities). 0 by default. */
  readonly priority: number;
  /** Deliveries that may wait for their acknowledgement; 0 is without limit. */
  readonly prefetch: number;
  readonly arguments: FieldTable;
}

export class Consumer {
  readonly #queue: ConsumerQueue;
  readonly #counters: QueueCounters;
  readonly target: DeliveryTarget;
  readonly tag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly priority: number;
  readonly prefetch: number;
  readonly arguments: FieldTable;
  /** Deliveries that wait for their acknowledgement. */
  unacked = 0;
  /** True while the queue counts on it for the next message. */
  active = false;

  constructor(queue: ConsumerQueue, target: DeliveryTarget, options: ConsumerOptions) {
    this.#queue = queue;
    this.#counters = queue.counters;
    this.target = target;
    this.tag = options.tag;
    this.noAck = options.noAck;
    this.exclusive = options.exclusive;
    this.priority = options.priority;
    this.prefetch = options.prefetch;
    this.arguments = options.arguments;
  }

  /** True if it can take another message. */
  get ready(): boolean {
    return (this.prefetch === 0 || this.noAck || this.unacked < this.prefetch) && this.target.canTake(this);
  }

  /** Gives it a message: see DeliveryTarget.deliver. Returns false if it cannot be sent the message. */
  deliver(message: Message, seq: number, redelivered: boolean): boolean {
    try {
      this.target.deliver(this, message, seq, redelivered);
    } catch (error) {
      this.#queue.undeliverable(error);
      return false;
    }
    countDelivery(this.#counters, this.noAck, redelivered);
    if (!this.noAck) this.unacked++;
    return true;
  }

  /** Tells the queue that what held the consumer up may be over. */
  resume(): void {
    if (!this.active && this.ready) this.#queue.activate(this);
  }
}
