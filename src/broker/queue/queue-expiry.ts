/** The end of a queue that nobody uses for a while (x-expires; RabbitMQ: Queue TTL). Consumers use it, whatever they get. */
import { TimerEntry, type Timers } from '../scheduling/timers.ts';

export class QueueExpiry {
  readonly #timers: Timers;
  readonly #timer: TimerEntry;
  /** By the clock's `elapsed`: a queue does not go earlier because somebody sets the system's time. */
  #until = Infinity;

  /** `over`: called when the queue was unused for as long as it may be. */
  constructor(timers: Timers, over: () => void) {
    this.#timers = timers;
    this.#timer = new TimerEntry(() => {
      if (this.#left > 0) this.#wait();
      else over();
    });
  }

  /** The queue is used, and may be unused from here on for so many milliseconds; undefined: for ever. */
  begin(expires: number | undefined): void {
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
