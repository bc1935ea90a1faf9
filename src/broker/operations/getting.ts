/** Taking some messages of a queue by one who has no channel (RabbitMQ: HTTP API, "get"). It waits for what is not here yet. */
import type { BasicProperties } from '../../codec/properties.ts';
import type { Message } from '../message/message.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import type { SlicedTask, TimeSlices } from '../scheduling/time-slices.ts';
import type { Actor } from './actor.ts';
import { gettableQueue } from './queues.ts';

/** What becomes of the messages: they come back, as if a consumer had returned them; they go; or they are dead-lettered. */
export type Afterwards = 'ack_requeue_true' | 'ack_requeue_false' | 'reject_requeue_true' | 'reject_requeue_false';

export interface TakenMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: BasicProperties;
  /** Valid in this turn only. */
  readonly body: Buffer;
  readonly redelivered: boolean;
  /** Messages that were ready behind it. */
  readonly left: number;
}

/** Who takes the messages. */
export interface Taker {
  readonly afterwards: Afterwards;
  /** Asked before each. */
  readonly wantsMore: boolean;
  /** What it throws ends the taking, and all it had come back. */
  take(message: TakenMessage): void;
}

/**
 * Has messages taken, in their order, until the taker wants no more or there are none. Throws AmqpError if the actor may not, or there is no
 * such queue. Rejects with AmqpError if messages cannot be taken, or with what the taker threw: those it had come back.
 */
export function getMessages(actor: Actor, name: string, taker: Taker): Promise<void> {
  const queue = gettableQueue(actor, name);
  const { timeSlices } = actor.vhost.node;
  return new Promise((resolve, reject) => {
    timeSlices.do(new Getting(queue, taker, timeSlices, resolve, reject));
  });
}

class Getting implements SlicedTask {
  readonly writes = true;
  readonly #queue: DeclaredQueue;
  readonly #taker: Taker;
  readonly #timeSlices: TimeSlices;
  readonly #done: () => void;
  readonly #failed: (error: unknown) => void;
  readonly #seqs: number[] = [];
  #refused: { readonly error: unknown } | undefined;

  constructor(
    queue: DeclaredQueue,
    taker: Taker,
    timeSlices: TimeSlices,
    done: () => void,
    failed: (error: unknown) => void,
  ) {
    this.#queue = queue;
    this.#taker = taker;
    this.#timeSlices = timeSlices;
    this.#done = done;
    this.#failed = failed;
  }

  step(): boolean {
    const queue = this.#queue;
    try {
      if (this.#taker.wantsMore && !queue.deleted) {
        const got = queue.get(false, this.#take);
        if (this.#refused !== undefined) throw this.#refused.error;
        if (got === true) return true;
        if (got === undefined) return !queue.whenAnswered(() => this.#timeSlices.do(this));
      }
    } catch (error) {
      this.#settle('ack_requeue_true');
      this.#failed(error);
      return false;
    }
    this.#settle(this.#taker.afterwards);
    this.#done();
    return false;
  }

  /** Never throws: of what does the queue takes the message for one that nobody can be given. */
  readonly #take = (message: Message, seq: number, redelivered: boolean): void => {
    const { exchange, routingKey } = message;
    const body = message.body.subarray(message.bodyStart, message.bodyEnd);
    const properties = message.decodeProperties();
    this.#seqs.push(seq);
    try {
      this.#taker.take({ exchange, routingKey, properties, body, redelivered, left: this.#queue.ready });
    } catch (error) {
      this.#refused = { error };
    }
  };

  #settle(afterwards: Afterwards): void {
    const queue = this.#queue;
    // The last come back first, so that each finds its place before what was behind it.
    for (const seq of this.#seqs.reverse()) {
      if (afterwards === 'ack_requeue_false') queue.settle(seq);
      else if (afterwards === 'reject_requeue_false') queue.reject(seq);
      else queue.requeue(seq, 'returned');
    }
    queue.dispatch();
  }
}
