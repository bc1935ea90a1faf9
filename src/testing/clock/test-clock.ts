/**
 * The time by which messages age: TTL, delays, retries, expiry of queues, deduplication windows, ages of streams, timeouts of deliveries. Heartbeats and
 * handshakes go by the real time, so that clients stay connected however much of it passes.
 */
import type { Awaited } from '../../broker/scheduling/timers.ts';
import type { Clock } from '../../util/clock.ts';
import type { LogEntry } from '../log/log-entry.ts';
import { type Duration, milliseconds } from './duration.ts';
import { ManualClock } from './manual-clock.ts';

export interface Pending {
  readonly at: Date;
  readonly what: Awaited;
  /** Of the queue, the stream or the exchange. */
  readonly name: string;
}

/** How often, in message time, is looked whether deliveries wait too long: if there are none, nothing happens between what falls due. */
const STRIDE_MS = 60_000;

/** Milliseconds after which what is due again in a moment is no rest of what fell due before. */
const MOST_MOMENTS = 1000;

/** What a clock asks of its broker. */
export interface ClockedBroker {
  /** Rises with each event. */
  readonly events: number;
  /** True if deliveries wait for their acknowledgement, which may take too long. */
  readonly hasUnacked: boolean;
  /** What waits, the first first. */
  pending(): readonly Pending[];
  /** What happened behind that event. */
  entriesAfter(event: number): LogEntry[];
  /** Resolves when clients have answered what they heard, for as long as they answer at once. */
  quiet(): Promise<void>;
}

export class TestClock {
  readonly #clock: Clock;
  readonly #broker: ClockedBroker;

  /** @internal */
  constructor(clock: Clock, broker: ClockedBroker) {
    this.#clock = clock;
    this.#broker = broker;
  }

  get now(): Date {
    return new Date(this.#clock.now());
  }

  /** What waits for its moment, the first first, but for timeouts of deliveries: of each queue, stream and exchange the next of a kind. */
  get pending(): readonly Pending[] {
    return this.#broker.pending();
  }

  /** When the next thing falls due, but for timeouts of deliveries; undefined if nothing does. */
  get nextDue(): Date | undefined {
    const clock = this.#manual;
    const { nextAlarm } = clock;
    return nextAlarm === undefined ? undefined : new Date(clock.now() + nextAlarm - clock.elapsed());
  }

  /**
   * Lets message time pass. What falls due happens at its moment and in its order; at each, clients may answer, in message time at once, before
   * it goes on. Milliseconds, or `'7d'`, `'1.5h'`, `{ minutes: 5 }`. Resolves when all of it has happened.
   * @throws RangeError for what is no duration; Error unless the broker was started with `clock: 'manual'`
   */
  async advance(by: Duration): Promise<void> {
    const clock = this.#manual;
    await this.#moveTo(clock, clock.elapsed() + milliseconds(by));
  }

  /** The same, up to a moment. @throws RangeError for one that is over */
  async advanceTo(moment: Date): Promise<void> {
    await this.advance(moment.getTime() - this.#clock.now());
  }

  /** Goes on to the next thing that falls due. Resolves with what happened then; undefined if nothing falls due. */
  async next(): Promise<{ readonly at: Date; readonly entries: readonly LogEntry[] } | undefined> {
    const clock = this.#manual;
    const { nextAlarm } = clock;
    if (nextAlarm === undefined) return undefined;
    const before = this.#broker.events;
    await this.#moveTo(clock, nextAlarm);
    return { at: this.now, entries: this.#broker.entriesAfter(before) };
  }

  /** @internal What fell due while the broker was down happens. It may take some moments: a broker that starts does a little at a time. */
  async catchUp(): Promise<void> {
    const clock = this.#manual;
    let at: number | undefined = clock.elapsed();
    for (let moments = 0; at !== undefined && at <= clock.elapsed() + 1 && moments < MOST_MOMENTS; moments++) {
      await this.#moveTo(clock, at);
      at = clock.nextAlarm;
    }
  }

  async #moveTo(clock: ManualClock, end: number): Promise<void> {
    await this.#broker.quiet();
    let events = this.#broker.events;
    do {
      const rang = clock.step(end, this.#broker.hasUnacked ? STRIDE_MS : Infinity);
      if (!rang && this.#broker.events === events) continue;
      await this.#broker.quiet();
      ({ events } = this.#broker);
    } while (clock.elapsed() < end);
  }

  get #manual(): ManualClock {
    if (this.#clock instanceof ManualClock) return this.#clock;
    throw new Error("message time passes by itself: start the broker with clock: 'manual' to move it");
  }
}
