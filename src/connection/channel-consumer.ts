/** A consumer with what its channel needs to send to it. */
import { Consumer, type ConsumerOptions, type DeliveryTarget } from '../broker/queue/consumer.ts';
import type { DeclaredQueue } from '../broker/queue/declared-queue.ts';

export class ChannelConsumer extends Consumer {
  readonly queue: DeclaredQueue;
  /** The consumer tag as a shortstr. */
  readonly tagBytes: Buffer;
  /** True while the channel has it on its list of those that an acknowledgement may let go on. */
  released = false;

  constructor(queue: DeclaredQueue, channel: DeliveryTarget, options: ConsumerOptions) {
    super(queue, channel, options);
    this.queue = queue;
    this.tagBytes = shortstr(options.tag);
  }
}

export function shortstr(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
