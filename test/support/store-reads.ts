/** The reads of a store as promises, which reject with its StoreErrors. */
import { recoverAll } from '../../src/store/copy-store.ts';
import type {
  Delivered,
  QueueRecord,
  RecoveredLog,
  RecoveredPage,
  RecoveredState,
} from '../../src/store/stored-records.ts';
import { type Answer, type Store, StoreError } from '../../src/store/store.ts';

export function readPages(store: Store, ids: readonly number[]): Promise<Buffer<ArrayBuffer>[]> {
  return answerTo((answer) => store.readPages(ids, answer));
}

export function readBody(store: Store, id: number): Promise<Buffer> {
  return answerTo((answer) => store.readBody(id, answer));
}

export function readSeen(store: Store, queueId: number): Promise<Buffer[]> {
  return answerTo((answer) => store.readSeen(queueId, answer));
}

export function load(store: Store, logIds: readonly number[]): Promise<ReadonlyMap<number, RecoveredLog>> {
  return answerTo((answer) => store.load(logIds, answer));
}

/** What a store holds, its logs included. */
export interface Recovered extends RecoveredState {
  readonly queues: readonly (QueueRecord & Delivered)[];
  /** In ascending order of queue id and first sequence number. */
  readonly pages: readonly RecoveredPage[];
}

export async function recover(store: Store): Promise<Recovered> {
  const { state, logs, pages } = await recoverAll(store);
  const queues = state.queues.map((queue) => {
    const { delivered, deliveredByPriority } = logs.get(queue.id)!;
    return { ...queue, delivered, ...(deliveredByPriority && { deliveredByPriority }) };
  });
  return { ...state, queues, pages };
}

function answerTo<Value>(read: (answer: Answer<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    read((answer) => {
      if (answer instanceof StoreError) reject(answer);
      else resolve(answer);
    });
  });
}
