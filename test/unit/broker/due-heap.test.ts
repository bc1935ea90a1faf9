import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueHeap } from '../../../src/broker/due-heap.ts';

test('nothing waits at first', () => {
  const heap = new DueHeap();
  expect([heap.length, heap.at, heap.first]).toEqual([0, Infinity, -1]);
  expect([...heap.clear()]).toEqual([]);
});

test('the first moment comes first, and of equal ones the lower number, after any pushes and pops', () => {
  const step = fc.oneof(fc.record({ moment: fc.nat(20) }), fc.constant('pop' as const));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
      const heap = new DueHeap();
      let model: [moment: number, seq: number][] = [];
      for (const [seq, each] of steps.entries()) {
        if (each !== 'pop') {
          heap.push(each.moment, seq);
          model.push([each.moment, seq]);
          model.sort(([a, n], [b, m]) => a - b || n - m);
        } else if (model.length > 0) {
          expect(heap.pop()).toBe(model[0][1]);
          model = model.slice(1);
        }
        expect([heap.length, heap.at, heap.first]).toEqual([model.length, ...(model[0] ?? [Infinity, -1])]);
      }
      expect([...heap.clear()].sort((a, b) => a - b)).toEqual(model.map(([, seq]) => seq).sort((a, b) => a - b));
    }),
  );
});
