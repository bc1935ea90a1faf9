/** The end of a broker, which comes once, whoever asks for it first: its program, who operates it, or the broker, as it cannot go on. */
import { unawaited } from '../util/guard.ts';
import { keepingProcess } from '../util/system.ts';

export class Ending {
  readonly #end: () => Promise<void>;
  readonly #closed = Promise.withResolvers<void>();
  #stopped: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(end: () => Promise<void>) {
    this.#end = end;
    // A program need not wait for the end of its broker.
    unawaited(() => undefined, this.#closed.promise);
  }

  /** Ends the broker. Repeated calls wait for the first. */
  stop(): Promise<void> {
    this.#stopped ??= keepingProcess(this.#end()).finally(() => {
      if (this.#failure === undefined) this.#closed.resolve();
      else this.#closed.reject(this.#failure);
    });
    return this.#stopped;
  }

  /** Ends the broker, which cannot go on for this reason. */
  fail(reason: Error): void {
    this.#failure ??= reason;
    // What goes wrong on the way comes of that.
    unawaited(() => undefined, this.stop());
  }

  /** Resolves when it has ended, if it ever does; rejects then with the reason if it could not go on. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }
}
