import { expect, test } from 'vitest';
import { PublisherThrottle, ThrottleSignal } from '../../../../src/broker/flow/publisher-throttle.ts';

/** How many of these messages, coming behind `ready` others, were said to be enough for a turn. */
function enough(throttle: PublisherThrottle, messages: number, ready: number): number {
  let count = 0;
  for (let i = 0; i < messages; i++) if (throttle.grew(ready)) count++;
  return count;
}

test('publishers to busy consumers are stopped at each slice of 64 messages', () => {
  const throttle = new PublisherThrottle();
  throttle.followed();
  expect(enough(throttle, 63, 4096)).toBe(0);
  expect(enough(throttle, 1, 4096)).toBe(1);
  expect(enough(throttle, 640, 10_000)).toBe(10);
});

test('nobody is stopped while consumers have less than ample to take', () => {
  const throttle = new PublisherThrottle();
  throttle.followed();
  expect(enough(throttle, 1000, 4095)).toBe(0);
});

test('nobody is stopped for consumers that take nothing, until they take something again', () => {
  const throttle = new PublisherThrottle();
  expect(enough(throttle, 1000, 5000)).toBe(0);
  throttle.followed();
  expect(enough(throttle, 20_000, 5000)).toBe(16_384 / 64);
  expect(enough(throttle, 1000, 5000)).toBe(0);
  throttle.followed();
  expect(enough(throttle, 640, 5000)).toBe(10);
});

test('the word that it is enough is heard once', () => {
  const throttleSignal = new ThrottleSignal();
  expect(throttleSignal.take()).toBe(false);
  throttleSignal.raise();
  throttleSignal.raise();
  expect(throttleSignal.take()).toBe(true);
  expect(throttleSignal.take()).toBe(false);
});
