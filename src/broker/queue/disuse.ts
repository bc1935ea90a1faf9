/** The end of a queue that nobody uses for a while (x-expires; RabbitMQ: Queue TTL). Consumers use it, whatever they get. */
import { Deadline, type Deadlines } from '../scheduling/deadlines.ts';

export class Disuse {
  readonly #deadlines: Deadlines;
  readonly #deadline: Deadline;
  /** By the clock's `elapsed`: a queue does not go earlier because somebody sets the system's time. */
  #until = Infinity;

  /** `over`: called when the queue was unused for as long as it may be. */
  constructor(deadlines: Deadlines, over: () => void) {
    this.#deadlines = deadlines;
    this.#deadline = new Deadline(() => {
      if (this.#left > 0) this.#wait();
      else over();
    });
  }

  /** The queue is used, and may be unused from here on for so many milliseconds; undefined: for ever. */
  begin(expires: number | undefined): void {
    this.#until = expires === undefined ? Infinity : this.#deadlines.clock.elapsed() + expires;
    this.#wait();
  }

  end(): void {
    this.#deadlines.set(this.#deadline, Infinity);
  }

  get #left(): number {
    return this.#until - this.#deadlines.clock.elapsed();
  }

  #wait(): void {
    this.#deadlines.set(this.#deadline, this.#deadlines.clock.now() + this.#left);
  }
}
