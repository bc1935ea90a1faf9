/**
 * The keys that a durable queue has seen, in the store: those of persistent messages, in the batch of their messages, and forgotten
 * by their age. A message that was settled before its batch is not written, but its key is.
 */
import type { Batch } from '../../store/batch.ts';
import type { SeenHeader } from '../../store/stored-records.ts';
import { type Answer, type LogSource, type Store, StoreError } from '../../store/store.ts';
import { readU64, writeU64 } from '../../util/bytes.ts';
import { WaitingConfirms } from '../log/waiting-confirms.ts';
import type { ConfirmTracker } from '../message/message-target.ts';

/** Octets of a key beside its own: its length before, its moment behind. */
const KEY_OVERHEAD = 9;

export type SeenKey = readonly [key: string, moment: number];

export class SeenLog implements LogSource<number> {
  readonly #store: Store;
  readonly #queueId: number;
  readonly #waiting = new WaitingConfirms();
  /** What the next batch takes. */
  #keys: string[] = [];
  #moments: number[] = [];
  #bytes = 0;
  #forgetBefore = -Infinity;
  /** Numbers of keys: those added, those in a batch, those committed. */
  #added = 0;
  #collected = 0;
  #committed = 0;

  constructor(store: Store, queueId: number) {
    this.#store = store;
    this.#queueId = queueId;
  }

  /** What an earlier process has seen, oldest first. */
  read(answer: Answer<Iterator<SeenKey>>): void {
    this.#store.readSeen(this.#queueId, (found) => answer(found instanceof StoreError ? found : keysIn(found)));
  }

  /** Has the next batch write the key, and the publisher told when it is on disk. */
  add(key: string, moment: number, tracker: ConfirmTracker | undefined, publishSeqNo: number): void {
    this.#keys.push(key);
    this.#moments.push(moment);
    this.#bytes += KEY_OVERHEAD + key.length;
    this.#added++;
    this.#store.schedule(this, tracker !== undefined);
    if (tracker !== undefined) this.confirm(tracker, publishSeqNo);
  }

  /** Has the publisher told when all keys are on disk, unless they are. */
  confirm(tracker: ConfirmTracker, publishSeqNo: number): void {
    if (this.#committed === this.#added) return;
    tracker.wait(publishSeqNo);
    this.#waiting.push(this.#added - 1, tracker, publishSeqNo);
    if (this.#collected < this.#added) this.#store.schedule(this, true);
  }

  /** Has those removed that were written together and were all seen before that moment. */
  forgetBefore(moment: number): void {
    this.#forgetBefore = Math.max(this.#forgetBefore, moment);
    this.#store.schedule(this, false);
  }

  /** Has all removed. */
  forgetAll(): void {
    this.#drain();
    this.forgetBefore(Infinity);
  }

  /** The queue is deleted: whoever waits for a confirm gets it. */
  drop(): void {
    this.#store.unschedule(this);
    this.#waiting.confirmBelow(Infinity);
  }

  /** Returns how many keys there are in this batch and those before. */
  collect(batch: Batch): number {
    if (this.#forgetBefore > -Infinity) batch.forgetSeen(this.#queueId, this.#forgetBefore);
    this.#forgetBefore = -Infinity;
    this.#collected = this.#added;
    if (this.#keys.length > 0) this.#write(batch);
    return this.#collected;
  }

  committed(keys: number): void {
    this.#committed = keys;
    this.#waiting.confirmBelow(this.#committed);
  }

  #write(batch: Batch): void {
    const header = { queueId: this.#queueId, newest: this.#moments.at(-1)!, count: this.#keys.length };
    const place = batch.seen(header, this.#bytes);
    const bytes = Buffer.from(place.buffer, place.byteOffset, place.byteLength);
    let at = 0;
    for (const [i, key] of this.#keys.entries()) {
      bytes[at] = key.length;
      at += 1 + bytes.write(key, at + 1, 'latin1');
      writeU64(bytes, at, this.#moments[i]);
      at += 8;
    }
    this.#drain();
  }

  #drain(): void {
    this.#keys = [];
    this.#moments = [];
    this.#bytes = 0;
  }
}

function* keysIn(found: readonly Buffer[]): IterableIterator<SeenKey> {
  for (const bytes of found) {
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + bytes[at];
      yield [bytes.toString('latin1', at + 1, end), readU64(bytes, end)];
      at = end + 8;
    }
  }
}

/** What the store is told of keys that were written together. */
export function seenHeaderOf(queueId: number, keys: Buffer): SeenHeader {
  const moments = Array.from(keysIn([keys]), ([, moment]) => moment);
  return { queueId, newest: moments.at(-1) ?? 0, count: moments.length };
}
