/** A consumer with what its channel needs to send to it. */
import { Consumer, type ConsumerOptions } from '../broker/queue/consumer.ts';
import type { Queue } from '../broker/queue/queue.ts';
import type { Channel } from './channel.ts';

export class ChannelConsumer extends Consumer {
  /** The consumer tag as a shortstr. */
  readonly tagBytes: Buffer;

  constructor(queue: Queue, channel: Channel, options: ConsumerOptions) {
    super(queue, channel, options);
    this.tagBytes = shortstr(options.tag);
  }
}

export function shortstr(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
