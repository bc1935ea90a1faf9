import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueQueue } from '../../../../src/broker/log/due-queue.ts';

/** Bytes that were counted. */
let bytes = 0;
const memory = { changed: (more: number) => void (bytes += more) };

test('it counts as memory what it takes, and no more once it is empty', () => {
  const heap = new DueQueue(memory);
  bytes = 0;
  for (let n = 0; n < 1000; n++) heap.push(n, n);
  // A moment and a number each, and room for some more.
  expect(bytes).toBeGreaterThanOrEqual(16_000);
  expect(bytes).toBeLessThanOrEqual(32_000);
  while (heap.length > 100) heap.pop();
  expect(bytes).toBeLessThanOrEqual(6400);
  heap.clear();
  expect(bytes).toBe(0);
});

test('nothing waits at first', () => {
  const heap = new DueQueue(memory);
  expect([heap.length, heap.at, heap.first]).toEqual([0, Infinity, -1]);
  expect([...heap.clear()]).toEqual([]);
});

test('the first moment comes first, and of equal ones the lower number, after any pushes, pops and removals', () => {
  const push = fc.record({ moment: fc.nat(20) });
  const removal = fc.record({ removed: fc.nat(400) });
  const step = fc.oneof({ weight: 3, arbitrary: push }, removal, fc.constant('pop' as const));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
      const heap = new DueQueue(memory);
      let model: [moment: number, seq: number][] = [];
      for (const [seq, each] of steps.entries()) {
        if (each === 'pop') {
          if (model.length > 0) expect(heap.pop()).toBe(model.shift()![1]);
        } else if ('removed' in each) {
          expect(heap.remove(each.removed)).toBe(model.some(([, waiting]) => waiting === each.removed));
          model = model.filter(([, waiting]) => waiting !== each.removed);
        } else {
          heap.push(each.moment, seq);
          model.push([each.moment, seq]);
          model.sort(([a, n], [b, m]) => a - b || n - m);
        }
        expect([heap.length, heap.at, heap.first]).toEqual([model.length, ...(model[0] ?? [Infinity, -1])]);
      }
      expect([...heap.clear()].sort((a, b) => a - b)).toEqual(model.map(([, seq]) => seq).sort((a, b) => a - b));
    }),
  );
});
