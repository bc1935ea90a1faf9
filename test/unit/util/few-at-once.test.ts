import { expect, it } from 'vitest';
import { FewAtOnce } from '../../../src/util/few-at-once.ts';

it('few pieces of work are under way at once, in their order, whether they succeed or not', async () => {
  const few = new FewAtOnce(2);
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const work = Array.from({ length: 5 }, (_, i) =>
    few.run(async () => {
      began.push(i);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (i === 0) throw new Error('wrong');
      return i;
    }),
  );
  const settled = Promise.allSettled(work);
  expect(began).toEqual([0, 1]);
  for (let i = 0; i < 5; i++) {
    ends[i]();
    await new Promise((resolve) => setImmediate(resolve));
    expect(began).toEqual([0, 1, 2, 3, 4].slice(0, i + 3));
  }
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', ...new Array<string>(4).fill('fulfilled')]);
});
