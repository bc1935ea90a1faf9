/** A consumer with what its channel needs to send to it. */
import type { DeliveryCounters } from '../../broker/events/counters.ts';
import { Consumer, type ConsumerOptions, type DeliveryTarget } from '../../broker/queue/consumer.ts';
import type { DeclaredQueue } from '../../broker/queue/declared-queue.ts';

/** The channel, as its consumers see it. */
interface ConsumingChannel extends DeliveryTarget {
  readonly byQueue: { of(queue: DeclaredQueue): DeliveryCounters };
}

export class ChannelConsumer extends Consumer {
  readonly queue: DeclaredQueue;
  /** What its channel takes from the queue, by this consumer and others. */
  readonly taken: DeliveryCounters;
  /** The consumer tag as a shortstr. */
  readonly tagBytes: Buffer;
  /** How long a delivery may wait for its acknowledgement, in milliseconds; undefined if that is the queue's to say. */
  readonly timeout: number | undefined;
  /** True while the channel has it on its list of those that an acknowledgement may let go on. */
  released = false;

  constructor(queue: DeclaredQueue, channel: ConsumingChannel, options: ConsumerOptions, timeout: number | undefined) {
    super(queue, channel, options);
    this.queue = queue;
    this.taken = channel.byQueue.of(queue);
    this.timeout = timeout;
    this.tagBytes = shortstr(options.tag);
  }
}

export function shortstr(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
