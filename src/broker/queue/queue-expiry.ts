/** The end of a queue that nobody uses for a while (x-expires; RabbitMQ: Queue TTL). Consumers use it, whatever they get. */
import { TimerEntry, type Timers } from '../scheduling/timers.ts';
import type { DeclaredQueue } from './declared-queue.ts';
import type { QueueHost } from './queue-host.ts';

export class QueueExpiry {
  readonly #timers: Timers;
  readonly #timer: TimerEntry;
  #expires: number | undefined;
  /** By the clock's `elapsed`: a queue does not go earlier because somebody sets the system's time. */
  #until = Infinity;

  constructor(queue: DeclaredQueue, host: QueueHost) {
    this.#timers = host.node.timers;
    this.#timer = new TimerEntry('queue-expiry', queue, () => {
      if (this.#left > 0) this.#wait();
      else if (queue.consumerCount > 0) this.begin(this.#expires);
      else host.deleteQueue(queue);
    });
  }

  /** The queue is used, and may be unused from here on for so many milliseconds; undefined: for ever. */
  begin(expires: number | undefined): void {
    this.#expires = expires;
    this.#until = expires === undefined ? Infinity : this.#timers.clock.elapsed() + expires;
    this.#wait();
  }

  end(): void {
    this.#timers.set(this.#timer, Infinity);
  }

  get #left(): number {
    return this.#until - this.#timers.clock.elapsed();
  }

  #wait(): void {
    this.#timers.set(this.#timer, this.#timers.clock.now() + this.#left);
  }
}
