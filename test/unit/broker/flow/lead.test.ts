import { expect, test } from 'vitest';
import { Lead, Pace } from '../../../../src/broker/flow/lead.ts';

/** How many of these messages, coming behind `ready` others, were said to be enough for a turn. */
function enough(lead: Lead, messages: number, ready: number): number {
  let count = 0;
  for (let i = 0; i < messages; i++) if (lead.grew(ready)) count++;
  return count;
}

test('publishers to busy consumers are stopped at each slice of 64 messages', () => {
  const lead = new Lead();
  lead.followed();
  expect(enough(lead, 63, 4096)).toBe(0);
  expect(enough(lead, 1, 4096)).toBe(1);
  expect(enough(lead, 640, 10_000)).toBe(10);
});

test('nobody is stopped while consumers have less than ample to take', () => {
  const lead = new Lead();
  lead.followed();
  expect(enough(lead, 1000, 4095)).toBe(0);
});

test('nobody is stopped for consumers that take nothing, until they take something again', () => {
  const lead = new Lead();
  expect(enough(lead, 1000, 5000)).toBe(0);
  lead.followed();
  expect(enough(lead, 20_000, 5000)).toBe(16_384 / 64);
  expect(enough(lead, 1000, 5000)).toBe(0);
  lead.followed();
  expect(enough(lead, 640, 5000)).toBe(10);
});

test('the word that it is enough is heard once', () => {
  const pace = new Pace();
  expect(pace.take()).toBe(false);
  pace.enough();
  pace.enough();
  expect(pace.take()).toBe(true);
  expect(pace.take()).toBe(false);
});
