/** One thing that goes wrong, until it is lifted or has happened often enough. */
import { checkKeys, checkOptional, keysOf } from '../check.ts';
import type { Waits } from '../waits.ts';
import type { Occasion } from './occasion.ts';

/** When a fault strikes, among the occasions that its filter fits. */
export interface Trigger {
  /** How often; without end by default. */
  readonly times?: number | undefined;
  /** How many occasions pass before the first. 0 by default. */
  readonly after?: number | undefined;
  /** Which occasions count; all of them by default. */
  readonly where?: ((occasion: Occasion) => boolean) | undefined;
}

const TRIGGER_KEYS = keysOf<Trigger>({ times: true, after: true, where: true });

export class Fault implements AsyncDisposable {
  readonly #waits: Waits;
  readonly #ended: (fault: Fault) => void;
  readonly #left: { times: number; after: number };
  readonly #where: (occasion: Occasion) => boolean;
  readonly #held = new Set<() => void>();
  /** What it is, such as `nackPublishes`. */
  readonly kind: string;
  #hits = 0;
  #active = true;

  /** @internal `ended`: called once, when it is lifted. */
  constructor(kind: string, trigger: Trigger, waits: Waits, ended: (fault: Fault) => void) {
    checkKeys('trigger', trigger, TRIGGER_KEYS);
    checkOptional('trigger: times', trigger.times, 1);
    checkOptional('trigger: after', trigger.after);
    const { times = Infinity, after = 0, where = () => true } = trigger;
    this.kind = kind;
    this.#where = where;
    this.#left = { times, after };
    this.#waits = waits;
    this.#ended = ended;
  }

  /** How often it struck. */
  get hits(): number {
    return this.#hits;
  }

  get active(): boolean {
    return this.#active;
  }

  /** Resolves when it has struck so often. Rejects after the broker's `patience`. */
  async struck(times = 1): Promise<void> {
    await this.#waits.until(
      () => this.#hits >= times || undefined,
      undefined,
      () => `fault ${this.kind} did not strike ${times} times but ${this.#hits}`,
    );
  }

  /** What it holds up goes on; what comes later is held up again. */
  release(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const resume of held) resume();
  }

  /** Ends it. What it holds up goes on. */
  lift(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#ended(this);
    this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.lift();
    return Promise.resolve();
  }

  /** @internal An occasion: true if it strikes. */
  strikes(occasion: Occasion): boolean {
    const left = this.#left;
    if (!this.#active || left.times === 0 || !this.#where(occasion) || left.after-- > 0) return false;
    left.times--;
    this.#hits++;
    this.#waits.changed();
    return true;
  }

  /** @internal Holds something up until it is released. Returns what lets go of it before. */
  hold(resume: () => void): () => void {
    this.#held.add(resume);
    return () => {
      if (this.#held.delete(resume)) resume();
    };
  }
}
