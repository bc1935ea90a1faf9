import { expect, test } from 'vitest';
import { Turn } from '../../../src/util/turn.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('tasks are done at the end of the turn, in the order they were left, as often as they were left', async () => {
  const turn = new Turn();
  const done: string[] = [];
  const task = (name: string) => ({ endTurn: () => void done.push(name) });
  const twice = task('twice');
  for (const left of [task('a'), twice, task('b'), twice]) turn.atEnd(left);
  await Promise.resolve();
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['a', 'twice', 'b', 'twice']);
  await nextTurn();
  expect(done).toHaveLength(4);
});

test('what a task leaves while a turn ends is done at the end of the next', async () => {
  const turn = new Turn();
  const done: number[] = [];
  const task = {
    endTurn: () => {
      done.push(done.length);
      if (done.length < 3) turn.atEnd(task);
    },
  };
  turn.atEnd(task);
  for (let turns = 1; turns <= 3; turns++) {
    await nextTurn();
    expect(done).toHaveLength(turns);
  }
});
