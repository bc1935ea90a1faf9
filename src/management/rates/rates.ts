/**
 * How fast figures change. Every few seconds all figures are noted, as long as somebody asks now and then; a rate is the change since the
 * note of some seconds ago. Of what does not change nothing is kept.
 */
import type { Clock, Timer } from '../../util/clock.ts';
import { type Fault, unawaited } from '../../util/guard.ts';
import type { Figures } from './figures.ts';
import type { History } from './history.ts';

/** RabbitMQ's collect_statistics_interval. */
const EVERY_MS = 5000;
/** Notes kept: one minute of them, and one to compare the first with. */
const NOTES_KEPT = 14;
/** A rate is taken over at least this time, in milliseconds. */
const RATE_OVER_MS = 4000;
/** When nobody asked for so long, nothing is noted any more. */
const FORGOTTEN_MS = 600_000;
/** The same for what is noted only since somebody asked for it. */
const UNWATCHED_MS = 60_000;

interface Note {
  at: number;
  /** When the figures were first noted as they are. */
  readonly since: number;
  readonly figures: Figures;
}

/** Over what time samples are asked for, and how far apart: both in seconds. */
export interface Ages {
  readonly age: number;
  readonly increment: number;
}

/** Something that has figures: the object stands for itself, however it is shown. `history`: where they are kept for longer. */
export type Subject = readonly [object: object, figures: () => Figures, history?: History];

export class Rates {
  readonly #clock: Clock;
  readonly #subjects: () => Iterable<Subject>;
  readonly #inSlices: (subjects: Iterable<Subject>, note: (subject: Subject) => void) => Promise<void>;
  readonly #fault: Fault;
  #notes = new WeakMap<object, Note[]>();
  readonly #watched = new Map<object, { readonly figures: () => Figures; askedAt: number }>();
  #timer: Timer | undefined;
  #askedAt = 0;
  #noting = false;

  /** `subjects`: all that figures are noted of. `inSlices`: does something with each, and lets others have their turns between. `fault`: told what goes wrong. */
  constructor(
    clock: Clock,
    subjects: () => Iterable<Subject>,
    inSlices: (subjects: Iterable<Subject>, note: (subject: Subject) => void) => Promise<void>,
    fault: Fault,
  ) {
    this.#fault = fault;
    this.#clock = clock;
    this.#subjects = subjects;
    this.#inSlices = inSlices;
  }

  /** Somebody asks: figures are noted from now on, if they were not. */
  asked(): void {
    this.#askedAt = this.#clock.elapsed();
    if (this.#timer !== undefined) return;
    const note = (): void => unawaited(this.#fault, this.#noteAll());
    this.#timer = this.#clock.every(EVERY_MS, note);
    note();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#watched.clear();
  }

  /** What was noted is forgotten: rates begin anew. */
  reset(): void {
    this.#notes = new WeakMap();
  }

  /** Somebody asks for the figures of what is none of the subjects: they are noted too, for some time. */
  watch(object: object, figures: () => Figures): void {
    const askedAt = this.#clock.elapsed();
    const watched = this.#watched.get(object);
    if (watched !== undefined) {
      watched.askedAt = askedAt;
      return;
    }
    this.#watched.set(object, { figures, askedAt });
    this.#note(object, this.#clock.now(), figures());
  }

  /** The figures, each with `_details`: its rate a second, and samples if ages are asked for. */
  withDetails(object: object, figures: Figures, ages?: Ages): Record<string, unknown> {
    const shown: Record<string, unknown> = {};
    for (const name in figures) {
      shown[name] = figures[name];
      shown[`${name}_details`] = this.#details(object, name, figures[name], ages);
    }
    return shown;
  }

  /** When the figures last changed, as far as that was noted; undefined if they have changed since. */
  restsSince(object: object, figures: Figures): number | undefined {
    const last = this.#notes.get(object)?.at(-1);
    return last !== undefined && sameFigures(last.figures, figures) ? last.since : undefined;
  }

  #details(object: object, name: string, value: number, ages: Ages | undefined): object {
    const notes = this.#notes.get(object);
    const now = this.#clock.now();
    const since = notes?.findLast(({ at, figures }) => now - at >= RATE_OVER_MS && name in figures) ?? notes?.[0];
    const rate =
      since === undefined || !(name in since.figures) ? 0 : perSecond(value - since.figures[name], now - since.at);
    if (ages === undefined) return { rate };
    const samples = this.#samples(notes ?? [], name, value, now, ages);
    const last = samples.at(-1)!;
    const seconds = (now - last.timestamp) / 1000;
    const sum = samples.reduce((total, { sample }) => total + sample, 0);
    return {
      rate,
      samples,
      avg_rate: seconds > 0 ? (value - last.sample) / seconds : 0,
      avg: sum / samples.length,
    };
  }

  /** Newest first. Before the first note the figure is taken for what it was then. */
  #samples(
    notes: readonly Note[],
    name: string,
    value: number,
    now: number,
    { age, increment }: Ages,
  ): { readonly sample: number; readonly timestamp: number }[] {
    const samples = [{ sample: value, timestamp: now }];
    for (let back = increment; back <= age; back += increment) {
      const timestamp = now - back * 1000;
      const note = notes.findLast(({ at }) => at <= timestamp) ?? notes[0];
      samples.push({ sample: note?.figures[name] ?? value, timestamp });
    }
    return samples;
  }

  async #noteAll(): Promise<void> {
    if (this.#clock.elapsed() - this.#askedAt > FORGOTTEN_MS) {
      this.stop();
      this.reset();
      return;
    }
    if (this.#noting) return;
    this.#noting = true;
    try {
      const at = this.#clock.now();
      await this.#inSlices(this.#all(), ([object, figures, history]) => {
        const now = figures();
        this.#note(object, at, now);
        history?.note(at, now);
      });
    } finally {
      this.#noting = false;
    }
  }

  *#all(): Generator<Subject> {
    yield* this.#subjects();
    const now = this.#clock.elapsed();
    for (const [object, { figures, askedAt }] of this.#watched) {
      if (now - askedAt <= UNWATCHED_MS) yield [object, figures];
      else this.#watched.delete(object);
    }
  }

  #note(object: object, at: number, figures: Figures): void {
    const notes = this.#notes.get(object);
    const last = notes?.at(-1);
    if (notes === undefined || last === undefined) {
      this.#notes.set(object, [{ at, since: at, figures }]);
      return;
    }
    const rests = sameFigures(last.figures, figures);
    // Of what rests only the last note stays, with the newest moment. It is no new one: of very many queues V8 would have to collect them.
    if (rests && notes.length === 1) {
      last.at = at;
      return;
    }
    notes.push({ at, since: rests ? last.since : at, figures });
    if (notes.length > NOTES_KEPT) notes.shift();
    if (notes.every((note) => sameFigures(note.figures, figures))) notes.splice(0, notes.length - 1);
  }
}

function perSecond(change: number, ms: number): number {
  return ms <= 0 ? 0 : (change * 1000) / ms;
}

function sameFigures(a: Figures, b: Figures): boolean {
  for (const name in b) if (a[name] !== b[name]) return false;
  return true;
}
