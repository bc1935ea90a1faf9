/** The end of a broker, which comes once, whoever asks for it first: its program, or who operates it. */
import { keepingProcess } from '../util/system.ts';

export class Ending {
  readonly #end: () => Promise<void>;
  readonly #closed = Promise.withResolvers<void>();
  #stopped: Promise<void> | undefined;

  constructor(end: () => Promise<void>) {
    this.#end = end;
  }

  /** Ends the broker. Repeated calls wait for the first. */
  stop(): Promise<void> {
    this.#stopped ??= keepingProcess(this.#end()).finally(this.#closed.resolve);
    return this.#stopped;
  }

  /** Resolves when it has ended, if it ever does. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }
}
