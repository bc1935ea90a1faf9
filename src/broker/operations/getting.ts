/** Taking some messages of a queue by one who has no channel (RabbitMQ: HTTP API, "get"). */
import type { BasicProperties } from '../../codec/properties.ts';
import type { Actor } from './actor.ts';
import { readableQueue } from './queues.ts';

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

/** Takes up to `count` messages, in their order. Throws AmqpError if the actor may not, or there is no such queue. */
export function getMessages(actor: Actor, name: string, count: number, afterwards: Afterwards): TakenMessage[] {
  const queue = readableQueue(actor, name);
  const taken: TakenMessage[] = [];
  const seqs: number[] = [];
  while (taken.length < count) {
    const got = queue.get(false, (message, seq, redelivered) => {
      const { exchange, routingKey } = message;
      const body = Buffer.from(message.body.subarray(message.bodyStart, message.bodyEnd));
      const properties = message.decodeProperties();
      seqs.push(seq);
      taken.push({ exchange, routingKey, properties, body, redelivered, left: queue.ready });
    });
    if (got !== true) break;
  }
  // The last come back first, so that each finds its place before what was behind it.
  for (const seq of seqs.reverse()) {
    if (afterwards === 'ack_requeue_false') queue.settle(seq);
    else if (afterwards === 'reject_requeue_false') queue.reject(seq);
    else queue.requeue(seq, 'returned');
  }
  queue.dispatch();
  return taken;
}
