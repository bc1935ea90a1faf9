/** Sums of those who come and go. */
import { expect, test } from 'vitest';
import { PublishCounters } from '../../../../src/broker/events/counters.ts';
import { Totals } from '../../../../src/broker/events/totals.ts';

test('a sum has those that count, those that have ended, once each, and what they still count after that', () => {
  const totals = new Totals(() => new PublishCounters());
  const [stays, ends] = [totals.begin(), totals.begin()];
  stays.publish = 1;
  ends.publish = 2;
  expect(totals.sum().publish).toBe(3);
  const after = totals.end(ends);
  expect(totals.sum().publish).toBe(3);
  // Whoever ends it a second time adds nothing.
  expect(totals.end(ends)).toBe(after);
  after.publish++;
  expect([totals.sum().publish, [...totals.live]]).toEqual([4, [stays]]);
});
