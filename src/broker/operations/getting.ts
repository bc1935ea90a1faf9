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
  readonly body: Buffer;
  readonly redelivered: boolean;
  /** Messages that were ready behind it. */
  readonly left: number;
}

/**
 * Takes up to `count` messages, in their order. Throws AmqpError if the actor may not, or there is no such queue. Rejects with AmqpError if
 * messages cannot be taken: those it had come back.
 */
export function getMessages(
  actor: Actor,
  name: string,
  count: number,
  afterwards: Afterwards,
): Promise<readonly TakenMessage[]> {
  const queue = gettableQueue(actor, name);
  const { timeSlices } = actor.vhost.node;
  return new Promise((resolve, reject) => {
    timeSlices.do(new Getting(queue, { count, afterwards }, timeSlices, resolve, reject));
  });
}

class Getting implements SlicedTask {
  readonly writes = true;
  readonly #queue: DeclaredQueue;
  readonly #request: { readonly count: number; readonly afterwards: Afterwards };
  readonly #timeSlices: TimeSlices;
  readonly #done: (taken: readonly TakenMessage[]) => void;
  readonly #failed: (error: unknown) => void;
  readonly #taken: TakenMessage[] = [];
  readonly #seqs: number[] = [];

  constructor(
    queue: DeclaredQueue,
    request: { readonly count: number; readonly afterwards: Afterwards },
    timeSlices: TimeSlices,
    done: (taken: readonly TakenMessage[]) => void,
    failed: (error: unknown) => void,
  ) {
    this.#queue = queue;
    this.#request = request;
    this.#timeSlices = timeSlices;
    this.#done = done;
    this.#failed = failed;
  }

  step(): boolean {
    const queue = this.#queue;
    try {
      if (this.#taken.length < this.#request.count && !queue.deleted) {
        const got = queue.get(false, this.#take);
        if (got === true) return true;
        if (got === undefined) return !queue.whenAnswered(() => this.#timeSlices.do(this));
      }
    } catch (error) {
      this.#settle('ack_requeue_true');
      this.#failed(error);
      return false;
    }
    this.#settle(this.#request.afterwards);
    this.#done(this.#taken);
    return false;
  }

  readonly #take = (message: Message, seq: number, redelivered: boolean): void => {
    const { exchange, routingKey } = message;
    const body = Buffer.from(message.body.subarray(message.bodyStart, message.bodyEnd));
    const properties = message.decodeProperties();
    this.#seqs.push(seq);
    this.#taken.push({ exchange, routingKey, properties, body, redelivered, left: this.#queue.ready });
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
