/** Keys in the order of their moments, held against a list that does the same in the plainest way. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SeenKeys } from '../../../../src/broker/deduplication/seen-keys.ts';

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('add' as const), key: fc.nat(30), later: fc.integer({ min: -5, max: 9 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forgetOldest' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('forgetThrough' as const), later: fc.integer({ min: -40, max: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);

it('keys are known until they are forgotten, the oldest first, and their moments never go back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const keys = new SeenKeys();
      let model: { key: string; moment: number }[] = [];
      let [now, newest] = [1000, -Infinity];
      for (const each of steps) {
        if (each.do === 'add') {
          const key = `k${each.key}`;
          now += each.later;
          newest = Math.max(newest, now);
          expect(keys.add(key, now)).toBe(newest);
          model = [...model.filter((known) => known.key !== key), { key, moment: newest }];
        } else if (each.do === 'forgetOldest') {
          keys.forgetOldest();
          model = model.slice(1);
        } else if (each.do === 'forgetThrough') {
          const moment = newest + each.later;
          keys.forgetThrough(moment);
          model = model.filter((known) => known.moment > moment);
        } else {
          keys.clear();
          model = [];
        }
        expect(keys.size).toBe(model.length);
        expect(keys.oldest).toBe(model[0]?.moment ?? Infinity);
        for (let n = 0; n <= 30; n++) expect(keys.has(`k${n}`)).toBe(model.some(({ key }) => key === `k${n}`));
      }
    }),
    { seed: 11, numRuns: 200 },
  );
});

it('a window that slides over a million keys costs each of them the same', () => {
  const keys = new SeenKeys();
  for (let n = 0; n < 1_000_000; n++) {
    keys.add(`key ${n}`, n);
    keys.forgetThrough(n - 1000);
  }
  expect(keys.size).toBe(1000);
  expect(keys.oldest).toBe(999_000);
});
