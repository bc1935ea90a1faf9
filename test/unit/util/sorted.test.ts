import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sorted } from '../../../src/util/sorted.ts';

const byKey = (a: { readonly key: number }, b: { readonly key: number }): number => a.key - b.key;

it('has items in their order, and equal ones as they came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 2000 }), (keys) => {
      const items = keys.map((key, place) => ({ key, place }));
      const sorted = new Sorted(items, byKey);
      expect(sorted.length).toBe(items.length);
      expect([...sorted]).toEqual(items.toSorted(byKey));
    }),
    { numRuns: 60 },
  );
});

it('can be read more than once, by several at a time', () => {
  const items = Array.from({ length: 1000 }, (_, n) => ({ key: (n * 7919) % 1000 }));
  const sorted = new Sorted(items, byKey);
  const [one, other] = [sorted[Symbol.iterator](), sorted[Symbol.iterator]()];
  for (let key = 0; key < 1000; key++) {
    expect(one.next().value).toEqual({ key });
    expect(other.next().value).toEqual({ key });
  }
  expect([...sorted].map(({ key }) => key)).toEqual(items.map((_, key) => key));
});

it('compares no more than it must for the first items', () => {
  const items = Array.from({ length: 20_000 }, (_, n) => (n * 7919) % 20_000);
  let compared = 0;
  const sorted = new Sorted(items, (a, b) => (compared++, a - b));
  const first = sorted[Symbol.iterator]();
  for (let n = 0; n < 50; n++) expect(first.next().value).toBe(n);
  // Twice the number of items, as a rule, and a sort compares fourteen times as often.
  expect(compared).toBeLessThan(6 * items.length);
});
