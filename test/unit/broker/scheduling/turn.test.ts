import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/util/system.ts';
import { Turn } from '../../../../src/broker/scheduling/turn.ts';

const unexpected = (): never => expect.unreachable();
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('tasks are done at the end of the turn, in the order they were left, as often as they were left', async () => {
  const turn = new Turn(systemClock);
  const done: string[] = [];
  const task = (name: string) => ({ fault: unexpected, flushEarly: unexpected, endTurn: () => void done.push(name) });
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
  const turn = new Turn(systemClock);
  const done: number[] = [];
  const task = {
    fault: unexpected,
    flushEarly: unexpected,
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

test('if many wait for the end of the turn, each is flushed early once, and has its end all the same', async () => {
  const turn = new Turn(systemClock);
  const said: string[] = [];
  const leave = (name: string) =>
    turn.atEnd({
      fault: unexpected,
      flushEarly: () => void said.push(`flushEarly ${name}`),
      endTurn: () => void said.push(`end ${name}`),
    });
  const names = (from: number) => Array.from({ length: 128 }, (_, i) => `${from + i}`);
  const [first, second] = [names(0), names(128)];
  for (const name of first) {
    turn.flushCrowdEarly();
    expect(said).toEqual([]);
    leave(name);
  }
  turn.flushCrowdEarly();
  turn.flushCrowdEarly();
  expect(said.splice(0)).toEqual(first.map((name) => `flushEarly ${name}`));
  second.forEach(leave);
  turn.flushCrowdEarly();
  expect(said.splice(0)).toEqual(second.map((name) => `flushEarly ${name}`));
  await nextTurn();
  expect(said.splice(0)).toEqual([...first, ...second].map((name) => `end ${name}`));
  second.forEach(leave);
  turn.flushCrowdEarly();
  expect(said).toHaveLength(128);
});

test('what goes wrong with a task is told to it, and the others have their turn', async () => {
  const turn = new Turn(systemClock);
  const faults: unknown[] = [];
  const ends: string[] = [];
  const error = new Error('injected');
  const fail = (): never => {
    throw error;
  };
  turn.atEnd({ fault: (told) => faults.push(told), flushEarly: fail, endTurn: fail });
  for (let n = 1; n < 128; n++) {
    turn.atEnd({ fault: unexpected, flushEarly: () => void ends.push('early'), endTurn: () => void ends.push('end') });
  }
  turn.flushCrowdEarly();
  expect([faults, ends]).toEqual([[error], Array<string>(127).fill('early')]);
  await nextTurn();
  expect([faults.length, ends.length]).toEqual([2, 254]);
});
