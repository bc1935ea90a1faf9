/** What a store found of its logs when it was opened: kept until the broker loads them, and not longer, as there may be very many pages. */
import type { Delivered, RecoveredLog, RecoveredPage, RecoveredState } from '../stored-records.ts';

/** All that a store holds but the messages themselves. */
export interface StoreContents {
  readonly state: Omit<RecoveredState, 'logs'>;
  /** Of each log in ascending order of first sequence number. */
  readonly pages: readonly RecoveredPage[];
  /** By queue: of those from which something was delivered. */
  readonly delivered: ReadonlyMap<number, Delivered>;
}

const NOTHING: RecoveredLog = { delivered: 0, pages: [] };

export class UnloadedLogs {
  readonly #pages: Map<number, RecoveredPage[]>;
  readonly #delivered: Map<number, Delivered>;

  /** `pages`: of each log in ascending order of first sequence number. `delivered`: of those from which something was. */
  constructor(pages: Iterable<RecoveredPage>, delivered: Iterable<readonly [number, Delivered]>) {
    this.#pages = Map.groupBy(pages, ({ queueId }) => queueId);
    this.#delivered = new Map(delivered);
  }

  /** Of the logs of which there are messages. */
  get ids(): number[] {
    return [...this.#pages.keys()];
  }

  take(ids: readonly number[]): ReadonlyMap<number, RecoveredLog> {
    return new Map(ids.map((id) => [id, this.#take(id)]));
  }

  #take(id: number): RecoveredLog {
    const [pages, delivered] = [this.#pages.get(id), this.#delivered.get(id)];
    if (pages === undefined && delivered === undefined) return NOTHING;
    this.#pages.delete(id);
    this.#delivered.delete(id);
    return { ...NOTHING, ...delivered, ...(pages && { pages }) };
  }
}

/** Of rows: a queue, a priority, and how far that was delivered. */
export function deliveredOf(rows: Iterable<readonly [number, number, number]>): Map<number, Delivered> {
  const byQueue = new Map<number, { delivered: number; deliveredByPriority?: Map<number, number> }>();
  for (const [queueId, priority, seq] of rows) {
    let own = byQueue.get(queueId);
    if (own === undefined) byQueue.set(queueId, (own = { delivered: 0 }));
    if (priority === 0) own.delivered = seq;
    else (own.deliveredByPriority ??= new Map()).set(priority, seq);
  }
  return byQueue;
}
