/** What was read for somebody stays until he had it, or for a second if he never does. */
import { beforeEach, expect, test } from 'vitest';
import { HeldForWaiters } from '../../../../src/broker/log/held-for-waiters.ts';
import { HandClock } from '../../../support/hand-clock.ts';

let clock: HandClock;
let held: HeldForWaiters<string>;

beforeEach(() => {
  clock = new HandClock();
  held = new HeldForWaiters(clock);
});

test('it is held until it was had', () => {
  held.add('a');
  expect([held.has('a'), held.has('b')]).toEqual([true, false]);
  held.delete('a');
  expect(held.has('a')).toBe(false);
});

test('it is held for a second if nobody takes it', () => {
  held.add('a');
  clock.pass(999);
  expect(held.has('a')).toBe(true);
  clock.pass(1);
  expect(held.has('a')).toBe(false);
});

test('each has a second of its own', () => {
  held.add('a');
  clock.pass(600);
  held.add('b');
  clock.pass(600);
  held.add('c');
  expect([held.has('a'), held.has('b'), held.has('c')]).toEqual([false, true, true]);
});
