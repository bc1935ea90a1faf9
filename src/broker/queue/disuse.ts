/** The end of a queue that nobody uses for a while (x-expires; RabbitMQ: Queue TTL). Consumers use it, whatever they get. */
import { Deadline, type Deadlines } from '../deadlines.ts';

export class Disuse {
  readonly #deadlines: Deadlines;
  readonly #deadline: Deadline;

  /** `over`: called when the queue was unused for as long as it may be. */
  constructor(deadlines: Deadlines, over: () => void) {
    this.#deadlines = deadlines;
    this.#deadline = new Deadline(over);
  }

  /** The queue is used, and may be unused from here on for so many milliseconds; undefined: for ever. */
  begin(expires: number | undefined): void {
    const at = expires === undefined ? Infinity : this.#deadlines.clock.now() + expires;
    this.#deadlines.set(this.#deadline, at);
  }

  end(): void {
    this.#deadlines.set(this.#deadline, Infinity);
  }
}
