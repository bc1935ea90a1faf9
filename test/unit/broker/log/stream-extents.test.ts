/** What decides where a segment of a stream ends: how much there is in it, and for how long it takes messages. */
import { expect, test, vi } from 'vitest';
import type { Segment } from '../../../../src/broker/log/segment.ts';
import { StreamExtents } from '../../../../src/broker/log/stream-extents.ts';

const LIMITS = { maxSegmentBytes: 100, maxAge: 1000 };

/** One whose last message came at that moment, as its record tells. */
function segment(newest: number): Segment {
  return { count: 3, expiresAt: (index: number) => (index === 2 ? newest : NaN) } as Segment;
}

test('a segment has enough by its bytes, or from its first message on by its age', () => {
  const extents = new StreamExtents();
  const [large, old, empty] = [0, 0, 0].map(segment);
  extents.count(large, 99, 0);
  extents.count(old, 1, 0);
  extents.count(old, 1, 900);
  expect([large, old, empty].map((each) => extents.isEnough(each, 1000, LIMITS))).toEqual([false, false, false]);
  extents.count(large, 1, 10);
  expect([large, old, empty].map((each) => extents.isEnough(each, 1000, LIMITS))).toEqual([true, false, false]);
  expect(extents.isEnough(old, 1001, LIMITS)).toBe(true);
});

test('a recovered one is no older than what comes to it, as its first message is not read', () => {
  const extents = new StreamExtents();
  const recovered = segment(0);
  extents.recover(recovered, 99);
  expect(extents.isEnough(recovered, 10_000, LIMITS)).toBe(false);
  extents.count(recovered, 1, 10_000);
  expect(extents.isEnough(recovered, 10_000, LIMITS)).toBe(true);
});

test('when its last message came is read once, when it is asked for, and can be', () => {
  const extents = new StreamExtents();
  const use = vi.fn<() => boolean | undefined>();
  const recovered = segment(70);
  extents.recover(recovered, 1);
  expect([extents.newest(recovered, use), use.mock.calls.length]).toEqual([undefined, 1]);
  use.mockReturnValue(true);
  expect([extents.newest(recovered, use), extents.newest(recovered, use), use.mock.calls.length]).toEqual([70, 70, 2]);
  extents.count(recovered, 1, 80);
  expect([extents.newest(recovered, use), extents.newest(segment(1), use)]).toEqual([80, Infinity]);
  const unreadable = segment(5);
  extents.recover(unreadable, 1);
  expect(extents.newest(unreadable, () => false)).toBe(Infinity);
});

test('the bytes of all are what came and has not gone', () => {
  const extents = new StreamExtents();
  const [first, second] = [1, 2].map(segment);
  extents.recover(first, 10);
  extents.count(second, 5, 0);
  extents.count(second, 5, 0);
  expect(extents.bytes).toBe(20);
  extents.remove(first);
  expect(extents.bytes).toBe(10);
});
