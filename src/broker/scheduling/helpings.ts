/**
 * Long work in helpings: some milliseconds of it a turn of the event loop, so that what one client asks for holds up nobody else.
 * What fits into the turn is done at once.
 */
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../util/clock.ts';
import type { Backlog } from '../flow/backlog.ts';

/** What all such work together may take of a turn, in milliseconds. */
const HELPING_MS = 5;

export interface Work {
  /** True where the store has to write what comes of it: it rests while the store is behind, or that would fill the memory. */
  readonly writes: boolean;
  /** Does a little of it: less than a millisecond, as a rule. Returns false where nothing is left to do. */
  goOn(): boolean;
}

export class Helpings {
  readonly #store: Store;
  readonly #backlog: Backlog;
  readonly #clock: Clock;
  readonly #fault: (error: unknown) => void;
  /** What is to go on; what had its turn last is at the end. */
  readonly #works = new Set<Work>();
  /** When this turn's helping ends, by the clock's `elapsed`; 0 where none has begun. */
  #end = 0;
  #asked = false;
  #held = false;
  #stopped = false;

  /** `fault`: told what goes wrong with work that does not catch it; other work does not suffer from it. */
  constructor(store: Store, backlog: Backlog, clock: Clock, fault: (error: unknown) => void) {
    this.#store = store;
    this.#backlog = backlog;
    this.#clock = clock;
    this.#fault = fault;
  }

  /** Does as much of the work as this turn has time for, and the rest in turns to come. Returns true where none is left. */
  do(work: Work): boolean {
    if (this.#stopped) return true;
    this.#works.add(work);
    if (this.hasTime()) this.#run(work);
    return !this.#works.has(work);
  }

  /** Has the work done from the next turn on. What waits already keeps its place. */
  add(work: Work): void {
    if (this.#stopped) return;
    this.#works.add(work);
    this.#ask();
  }

  /** True where this turn has time for more such work: for who does it himself, and adds what he leaves. */
  hasTime(): boolean {
    const now = this.#clock.elapsed();
    if (this.#end === 0) {
      this.#end = now + HELPING_MS;
      // The next turn begins a helping of its own.
      this.#ask();
    }
    return now < this.#end;
  }

  /** Nothing goes on any more: the store is about to close. */
  stop(): void {
    this.#stopped = true;
    this.#works.clear();
  }

  #run(work: Work): void {
    if (work.writes && this.#backlog.high) return;
    this.#works.delete(work);
    try {
      while (work.goOn()) {
        if (this.hasTime()) continue;
        this.#works.add(work);
        return;
      }
    } catch (error) {
      this.#fault(error);
    }
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#asked = false;
    this.#end = 0;
    for (const work of this.#works) {
      if (!this.hasTime()) break;
      this.#run(work);
    }
    this.#end = 0;
    if (this.#works.size === 0) return;
    if (this.#backlog.high && [...this.#works].every(({ writes }) => writes)) this.#awaitStore();
    else this.#ask();
  };

  #awaitStore(): void {
    if (this.#held) return;
    this.#held = true;
    this.#store.afterCommit(() => {
      this.#held = false;
      this.#ask();
    });
  }
}
