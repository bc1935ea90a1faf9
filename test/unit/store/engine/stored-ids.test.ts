/** Numbers are given out once, whatever becomes of the process: the store knows the end of each run before one of it is used. */
import { expect, test, vi } from 'vitest';
import type { BatchBuffer } from '../../../../src/store/engine/batch-buffer.ts';
import { StoredIds } from '../../../../src/store/engine/stored-ids.ts';

function reserved(ids: StoredIds): readonly number[] | undefined {
  const reserve = vi.fn<BatchBuffer['reserve']>();
  ids.reserve({ reserve } as unknown as BatchBuffer);
  return reserve.mock.lastCall;
}

test('each kind counts on from where the store says', () => {
  const ids = new StoredIds({ queue: 3, page: 10, body: 20 });
  expect([ids.nextQueue(), ids.nextQueue(), ids.nextPage(), ids.nextPage(), ids.nextBody()]).toEqual([
    3, 4, 10, 11, 20,
  ]);
});

test('a batch reserves a run if it may hold a number behind the last one, and no batch of that run does', () => {
  const ids = new StoredIds({ queue: 1, page: 1, body: 1 });
  expect(reserved(ids)).toBeUndefined();
  ids.nextPage();
  const [page, body] = reserved(ids)!;
  expect(page).toBeGreaterThan(2);
  expect(body).toBeGreaterThan(1);
  for (let n = 2; n < page; n++) ids.nextPage();
  expect(reserved(ids)).toBeUndefined();
  expect(ids.nextPage()).toBe(page);
  expect(reserved(ids)![0]).toBeGreaterThan(page);
});

test('after a crash a store gives out none of the run that was begun', () => {
  const before = new StoredIds({ queue: 1, page: 1, body: 1 });
  const used = [before.nextPage(), before.nextPage()];
  const [page, body] = reserved(before)!;
  expect(used).not.toContain(new StoredIds({ queue: 1, page, body }).nextPage());
});
