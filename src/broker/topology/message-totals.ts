/** What the broker's vhosts count together. */
import { addCounters, ChannelCounters, ExchangeCounters } from '../events/counters.ts';
import { addQueueSums, noQueues, type QueueSums } from '../events/vhost-counters.ts';
import type { Vhost } from './vhost.ts';

/** Sums over vhosts, to which those of vhosts that are deleted are added before they go. */
export class MessageTotals {
  readonly channels = new ChannelCounters();
  readonly exchanges = new ExchangeCounters();
  /** By the type of the queues. */
  readonly queues: QueueSums = noQueues();

  /** Adds all that the vhost has counted up to now. */
  addVhost(vhost: Vhost): void {
    vhost.settleCounts();
    addCounters(this.channels, vhost.counters.channels.sum());
    addCounters(this.exchanges, vhost.counters.exchanges);
    addQueueSums(this.queues, vhost.counters.queues(vhost.queues));
  }

  add({ channels, exchanges, queues }: MessageTotals): void {
    addCounters(this.channels, channels);
    addCounters(this.exchanges, exchanges);
    addQueueSums(this.queues, queues);
  }
}
