/** What the broker's vhosts count together. */
import { addCounters, ChannelCounters, ExchangeCounters } from '../events/counters.ts';
import { addQueueSums, type CountedQueue, noQueues, type QueueSums } from '../events/vhost-counters.ts';
import type { Vhost } from './vhost.ts';

/** Sums over vhosts, to which those of vhosts that are deleted are added before they go. */
export class MessageTotals {
  readonly channels = new ChannelCounters();
  readonly exchanges = new ExchangeCounters();
  /** By the type of the queues. */
  readonly queues: QueueSums = noQueues();

  /**
   * Adds all that the vhosts have counted, a little at each step. Who is there at the first step is counted once, even if it goes before
   * its step comes: so a sum that is made later is never the smaller.
   */
  *addVhosts(vhosts: Iterable<Vhost>): Generator<void> {
    const channels: ChannelCounters[] = [];
    const queues: CountedQueue[] = [];
    for (const vhost of vhosts) {
      vhost.settleCounts();
      const { counters } = vhost;
      addCounters(this.channels, counters.channels.others);
      addCounters(this.exchanges, counters.exchanges);
      if (counters.endedQueues !== undefined) addQueueSums(this.queues, counters.endedQueues);
      for (const channel of counters.channels.live) channels.push(channel);
      for (const queue of vhost.queues) queues.push(queue);
    }
    for (const channel of channels) {
      addCounters(this.channels, channel);
      yield;
    }
    for (const { type, counted } of queues) {
      this.queues[type].add(counted);
      yield;
    }
  }

  add({ channels, exchanges, queues }: MessageTotals): void {
    addCounters(this.channels, channels);
    addCounters(this.exchanges, exchanges);
    addQueueSums(this.queues, queues);
  }
}
