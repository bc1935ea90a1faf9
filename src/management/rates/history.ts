/**
 * What the figures of one object were over a day, for charts: closely for the last hour, and by the minute before. It is written while
 * somebody looks (see rates.ts), and has gaps where nobody did.
 */
import type { Figures } from './figures.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far apart notes older than an hour are, in milliseconds. */
const COARSE_MS = 60_000;

interface Note {
  readonly at: number;
  readonly figures: Figures;
}

/** Columns: the figures at each moment. */
export interface Series {
  /** Milliseconds since the epoch, the oldest first. */
  readonly at: readonly number[];
  readonly figures: Readonly<Record<string, readonly number[]>>;
}

export class History {
  #fine: Note[] = [];
  #coarse: Note[] = [];

  /** `at`: milliseconds since the epoch. A clock that was set back begins a new history. */
  note(at: number, figures: Figures): void {
    if (at < (this.#fine.at(-1)?.at ?? 0)) this.reset();
    const note = { at, figures };
    this.#fine.push(note);
    if (at - (this.#coarse.at(-1)?.at ?? 0) >= COARSE_MS) this.#coarse.push(note);
    dropBefore(this.#fine, at - HOUR_MS);
    dropBefore(this.#coarse, at - DAY_MS);
  }

  reset(): void {
    [this.#fine, this.#coarse] = [[], []];
  }

  /** What was noted since then, `most` moments at most, evenly chosen. */
  since(moment: number, most: number): Series {
    const fineFrom = this.#fine[0]?.at ?? Infinity;
    const notes = [...this.#coarse.filter(({ at }) => at < fineFrom), ...this.#fine].filter(({ at }) => at >= moment);
    const step = Math.ceil(notes.length / most);
    // Counted from the newest, which is always one of them.
    const chosen = notes.filter((_, i) => (notes.length - 1 - i) % step === 0);
    const names = Object.keys(chosen.at(-1)?.figures ?? {});
    return {
      at: chosen.map(({ at }) => at),
      figures: Object.fromEntries(names.map((name) => [name, chosen.map(({ figures }) => figures[name])])),
    };
  }
}

function dropBefore(notes: Note[], moment: number): void {
  const first = notes.findIndex(({ at }) => at >= moment);
  if (first > 0) notes.splice(0, first);
}
