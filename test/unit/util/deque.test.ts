import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deque } from '../../../src/util/deque.ts';

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('push'), n: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('shift'), n: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('clear'), n: fc.nat() }) },
);

test('a deque does what an array does, through growth and around the ring', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const deque = new Deque<number>();
      const array: number[] = [];
      for (const { op, n } of steps) {
        if (op === 'push') {
          deque.push(n);
          array.push(n);
        } else if (op === 'shift') {
          expect(deque.shift()).toBe(array.shift());
        } else if (op === 'clear') {
          deque.clear();
          array.length = 0;
        }
        const seen = [[...deque], deque.length, deque.first, deque.last];
        expect(seen).toEqual([array, array.length, array[0], array.at(-1)]);
        for (const [i, item] of array.entries()) expect(deque.at(i)).toBe(item);
      }
    }),
    { numRuns: 50 },
  );
});
