/** The reads of a store as promises, which reject with its StoreErrors. */
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

function answerTo<Value>(read: (answer: Answer<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    read((answer) => {
      if (answer instanceof StoreError) reject(answer);
      else resolve(answer);
    });
  });
}
