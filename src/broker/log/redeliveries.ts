/**
 * What a segment knows of its messages that were delivered more than once, or wait before they are again: of those alone, by
 * their index. That one was delivered once is no news: it is unacked, or marked as redelivered.
 */
import type { Batch } from '../../store/batch.ts';
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { LogPage } from './log-page.ts';

interface Redelivery {
  readonly deliveries: number;
  /** End of its wait, in milliseconds since the epoch; 0 if it did not wait since it was delivered; negative if it is dead. */
  readonly due: number;
}

/** Numbers a message in a row of the store: see Batch.redelivered. */
const NUMBERS = 3;

/** Bytes that an entry takes, about. */
const ENTRY_BYTES = 88;

export class Redeliveries {
  readonly #memory: MemoryBudget;
  readonly #byIndex = new Map<number, Redelivery>();

  /** `memory`: where it counts. */
  constructor(memory: MemoryBudget) {
    this.#memory = memory;
  }

  /** From the pages of a segment; undefined if they tell of no message. What is settled since may be among them. */
  static recover(pages: readonly RecoveredPage[], memory: MemoryBudget): Redeliveries | undefined {
    let recovered: Redeliveries | undefined;
    for (const { redelivered } of pages) {
      if (redelivered === undefined) continue;
      recovered ??= new Redeliveries(memory);
      for (let i = 0; i < redelivered.length; i += NUMBERS) {
        recovered.set(redelivered[i], redelivered[i + 1], redelivered[i + 2]);
      }
    }
    return recovered;
  }

  /** Undefined if the message was delivered once or never. */
  deliveries(index: number): number | undefined {
    return this.#byIndex.get(index)?.deliveries;
  }

  /** See `Redelivery.due`; 0 if nothing is known. */
  due(index: number): number {
    return this.#byIndex.get(index)?.due ?? 0;
  }

  set(index: number, deliveries: number, due = 0): void {
    if (!this.#byIndex.has(index)) this.#memory.changed(ENTRY_BYTES);
    this.#byIndex.set(index, { deliveries, due });
  }

  /** The message is gone. */
  delete(index: number): void {
    if (this.#byIndex.delete(index)) this.#memory.changed(-ENTRY_BYTES);
  }

  /** All of them are. */
  clear(): void {
    this.#memory.changed(-this.#byIndex.size * ENTRY_BYTES);
    this.#byIndex.clear();
  }

  /** True if one was delivered at least so often. */
  some(deliveries: number): boolean {
    for (const known of this.#byIndex.values()) if (known.deliveries >= deliveries) return true;
    return false;
  }

  /** The messages whose `due` is meant, with it. */
  waiting(isMeant: (due: number) => boolean): (readonly [index: number, due: number])[] {
    return [...this.#byIndex].filter(([, { due }]) => isMeant(due)).map(([index, { due }]) => [index, due] as const);
  }

  /** Has the batch store what there is to know of a page's messages. */
  write(page: LogPage, batch: Batch): void {
    const numbers: number[] = [];
    for (let position = 0; position < page.count; position++) {
      const index = page.indexAt(position);
      const known = this.#byIndex.get(index);
      if (known !== undefined) numbers.push(index, known.deliveries, known.due);
    }
    if (numbers.length > 0) batch.redelivered(page.id, Float64Array.from(numbers));
  }
}
