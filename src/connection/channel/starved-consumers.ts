/** Consumers of a connection that were told to wait until its client takes what it is sent: they go on in turn. */
import { startingBehind } from '../../util/rotation.ts';

interface ResumableChannel {
  /** Consumers that waited may go on. */
  resumeConsumers(): void;
}

export class StarvedConsumers<Channel extends ResumableChannel> {
  #waiting = false;
  /** The channel that took what there was room for when they went on last. */
  #last: Channel | undefined;

  /** A consumer was told to wait. */
  wait(): void {
    this.#waiting = true;
  }

  /** There is room again: as many go on as find some. `hasRoom`: is asked behind each channel. */
  resume(channels: Iterable<Channel>, hasRoom: () => boolean): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    for (const channel of startingBehind(channels, this.#last)) {
      channel.resumeConsumers();
      if (hasRoom()) continue;
      this.#last = channel;
      return;
    }
  }
}
