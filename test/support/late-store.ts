/**
 * A store that answers reads a turn of the event loop later, or some turns, as one over a network does. It is another store otherwise, and
 * keeps what that keeps.
 */
import type { RecoveredLog, RecoveredState, TopologyChange } from '../../src/store/stored-records.ts';
import type { Answer, LogSource, Store } from '../../src/store/store.ts';
import type { Histogram } from '../../src/util/histogram.ts';

export interface Lateness {
  /** Answers come in another order than they were asked for, some of them several turns later. The same seed makes the same order. */
  readonly shuffled?: number;
}

export class LateStore implements Store {
  readonly inner: Store;
  readonly durable: boolean;
  readonly answersAtOnce = false;
  /** Reads that were not answered in the call in which they were asked. */
  answered = 0;
  readonly #random: (() => number) | undefined;
  readonly #faultListeners: ((error: unknown) => void)[] = [];
  #asked: (() => void)[] = [];
  #turn: NodeJS.Immediate | undefined;

  get batchBytes(): number {
    return this.inner.batchBytes;
  }

  constructor(inner: Store, { shuffled }: Lateness = {}) {
    this.inner = inner;
    this.durable = inner.durable;
    this.#random = shuffled === undefined ? undefined : mulberry32(shuffled);
  }

  readPages(pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    this.#later((now) => this.inner.readPages(pageIds, now), answer);
  }

  readBody(bodyId: number, answer: Answer<Buffer>): void {
    this.#later((now) => this.inner.readBody(bodyId, now), answer);
  }

  readSeen(queueId: number, answer: Answer<Buffer[]>): void {
    this.#later((now) => this.inner.readSeen(queueId, now), answer);
  }

  recover(): RecoveredState {
    return this.inner.recover();
  }

  load(logIds: readonly number[], answer: Answer<ReadonlyMap<number, RecoveredLog>>): void {
    this.#later((now) => this.inner.load(logIds, now), answer);
  }

  /** Resolves when no answer is to come any more. */
  async allAnswered(): Promise<void> {
    while (this.#asked.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  change(change: TopologyChange): void {
    this.inner.change(change);
  }

  schedule(source: LogSource, urgent: boolean): void {
    this.inner.schedule(source, urgent);
  }

  unschedule(source: LogSource): void {
    this.inner.unschedule(source);
  }

  afterCommit(callback: () => void): void {
    this.inner.afterCommit(callback);
  }

  onTrouble(listener: (reason: string | undefined) => void): void {
    this.inner.onTrouble(listener);
  }

  onFenced(listener: (reason: string) => void): void {
    this.inner.onFenced(listener);
  }

  setDiskShort(short: boolean): void {
    this.inner.setDiskShort(short);
  }

  onFault(listener: (error: unknown) => void): void {
    this.#faultListeners.push(listener);
    this.inner.onFault(listener);
  }

  get commitDurations(): Histogram {
    return this.inner.commitDurations;
  }

  nextQueueId(): number {
    return this.inner.nextQueueId();
  }

  nextPageId(): number {
    return this.inner.nextPageId();
  }

  nextBodyId(): number {
    return this.inner.nextBodyId();
  }

  async close(): Promise<void> {
    await this.allAnswered();
    await this.inner.close();
  }

  /** What is read is what there is when the question comes, or when the answer goes: both may be so. */
  #later<Value>(read: (answer: Answer<Value>) => void, answer: Answer<Value>): void {
    if (this.#random !== undefined && this.#random() < 0.5) {
      read((found) => this.#asked.push(() => answer(found)));
    } else this.#asked.push(() => read(answer));
    this.#turn ??= setImmediate(() => this.#answer());
  }

  #answer(): void {
    this.#turn = undefined;
    const asked = this.#asked;
    this.#asked = [];
    for (const answer of this.#random === undefined ? asked : this.#some(asked)) {
      this.answered++;
      try {
        answer();
      } catch (error) {
        if (this.#faultListeners.length === 0) throw error;
        for (const listener of this.#faultListeners) listener(error);
      }
    }
    if (this.#asked.length > 0) this.#turn ??= setImmediate(() => this.#answer());
  }

  /** Those to be answered in this turn, in any order; the others wait for the next. */
  #some(asked: readonly (() => void)[]): (() => void)[] {
    const now: (() => void)[] = [];
    for (const answer of asked) {
      if (this.#random!() < 0.4) this.#asked.push(answer);
      else now.splice(Math.floor(this.#random!() * (now.length + 1)), 0, answer);
    }
    return now;
  }
}

/** Numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
