/**
 * Those who wait until something is so. They look again at the end of each turn in which something happened, and at nothing between: no
 * time passes that need not.
 */
import type { Clock } from '../util/clock.ts';
import { keepingProcess } from '../util/system.ts';
import { checkNumber } from './check.ts';

/** What was waited for did not come in time. */
export class WaitError extends Error {
  override readonly name = 'WaitError';

  /** `begun`: where the wait began, which its stack tells; nobody who waits is on the stack when it is in vain. */
  constructor(message: string, begun?: WaitBegun) {
    super(message);
    if (begun !== undefined) this.stack = `${this.name}: ${message}${begun.frames}`;
  }
}

/** Where a wait begins. */
export class WaitBegun {
  readonly #held: { readonly stack?: string } = {};

  constructor() {
    Error.captureStackTrace(this.#held, WaitBegun);
  }

  /** A line for each, with a line feed before it. */
  get frames(): string {
    const { stack = '' } = this.#held;
    return stack.slice(stack.search(/\n\s+at /));
  }
}

export class Waits {
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #looks = new Set<() => void>();
  #scheduled = false;

  /** `clock`: a real one. `patience`: milliseconds after which a wait gives up, if it is told nothing else. */
  constructor(clock: Clock, patience: number) {
    this.#clock = clock;
    this.#patience = patience;
  }

  /** Something happened. */
  changed(): void {
    if (this.#scheduled || this.#looks.size === 0) return;
    this.#scheduled = true;
    this.#clock.soon(() => {
      this.#scheduled = false;
      for (const look of [...this.#looks]) look();
    });
  }

  /** Resolves with what `look` finds, as soon as that is not undefined. Rejects with what it throws; with the explanation, after `patience`. */
  until<Found>(look: () => Found | undefined, patience = this.#patience, explain: () => string): Promise<Found> {
    checkNumber('patience', patience);
    const begun = new WaitBegun();
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const attempt = (): void => {
      try {
        const found = look();
        if (found === undefined) return;
        resolve(found);
      } catch (error) {
        reject(error);
      }
      end();
    };
    const timer = this.#clock.after(patience, () => {
      end();
      reject(new WaitError(`within ${patience} ms ${explain()}`, begun));
    });
    const end = (): void => {
      timer.cancel();
      this.#looks.delete(attempt);
    };
    this.#looks.add(attempt);
    attempt();
    return keepingProcess(promise);
  }

  /** Resolves after so many real milliseconds. */
  pause(ms: number): Promise<void> {
    return keepingProcess(new Promise((resolve) => this.#clock.after(ms, resolve)));
  }

  /** Resolves when all sockets that have something were heard once more. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.#clock.soon(resolve));
  }
}
