/**
 * The ids of queues, pages and bodies, none given out twice. Those of pages and bodies are reserved in runs: one small write a run, and none a
 * batch. That of a queue is reserved with its row.
 */
import type { BatchBuffer } from './batch-buffer.ts';

/** The next id of each kind. */
export interface Counters {
  readonly queue: number;
  readonly page: number;
  readonly body: number;
}

const RUN = 1_000_000;

export class StoredIds {
  #queue: number;
  #page: number;
  #body: number;
  /** Ids from here on are not in the store as used yet. */
  #pageEnd: number;
  #bodyEnd: number;

  constructor({ queue, page, body }: Counters) {
    this.#queue = queue;
    this.#page = this.#pageEnd = page;
    this.#body = this.#bodyEnd = body;
  }

  nextQueue(): number {
    return this.#queue++;
  }

  nextPage(): number {
    return this.#page++;
  }

  nextBody(): number {
    return this.#body++;
  }

  /** Has the batch, which may hold ids that are not reserved yet, reserve them and more. */
  reserve(batch: BatchBuffer): void {
    if (this.#page <= this.#pageEnd && this.#body <= this.#bodyEnd) return;
    this.#pageEnd = this.#page + RUN;
    this.#bodyEnd = this.#body + RUN;
    batch.reserve(this.#pageEnd, this.#bodyEnd);
  }
}
