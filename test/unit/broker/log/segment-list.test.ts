import { expect, test } from 'vitest';
import { Segment } from '../../../../src/broker/log/segment.ts';
import { SegmentBuffers } from '../../../../src/broker/log/segment-buffers.ts';
import { SegmentList } from '../../../../src/broker/log/segment-list.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

/** Adds a segment of so many messages. */
function fill(list: SegmentList, count: number): Segment {
  const tail = list.startTail();
  for (let n = 0; n < count; n++) {
    tail.append(messageOf({ body: 'x' }), false);
    list.takeNumber();
  }
  return tail;
}

/** An empty list whose first message will be `next`. */
function listFrom(next: number): SegmentList {
  return new SegmentList(new SegmentBuffers(), next);
}

const segments = (list: SegmentList): Segment[] => [...list];

test('a log without messages has no segments', () => {
  const list = listFrom(5);
  expect([list.length, list.first, list.tail, list.next]).toEqual([0, undefined, undefined, 5]);
});

test('a message is found in the segment that has it, in whatever order one asks', () => {
  const list = listFrom(5);
  const [first, second, third] = [3, 2, 1].map((count) => fill(list, count));
  const found = [5, 7, 8, 9, 10, 5, 10, 8].map((seq) => list.find(seq));
  expect(found).toEqual([first, first, second, second, third, first, third, second]);
});

test('positions are those of the last segment that begins at or before a message', () => {
  const list = listFrom(5);
  for (const count of [3, 2, 1]) fill(list, count);
  expect([0, 5, 7, 8, 9, 10, 99].map((seq) => list.position(seq))).toEqual([0, 0, 0, 1, 1, 2, 2]);
});

test('a tail in which nothing is left makes way for the next, and one that has something stays', () => {
  const list = listFrom(0);
  const kept = fill(list, 2);
  const settled = fill(list, 2);
  settled.settle(0);
  settled.settle(1);
  const next = fill(list, 1);
  expect(segments(list)).toEqual([kept, next]);
  expect(next.base).toBe(4);
});

test('a tail that never had a message makes way too, though the next begins where it does', () => {
  const list = listFrom(0);
  const before = fill(list, 1);
  list.startTail();
  const next = fill(list, 1);
  expect(segments(list)).toEqual([before, next]);
  expect(list.find(1)).toBe(next);
});

test('a tail in memory is not removed, and others are, wherever they are', () => {
  const list = listFrom(0);
  const [first, second, third, tail] = [0, 1, 2, 3].map(() => fill(list, 1));
  list.remove(tail);
  expect(list.find(1)).toBe(second);
  list.remove(second);
  expect(segments(list)).toEqual([first, third, tail]);
  list.remove(first);
  expect(segments(list)).toEqual([third, tail]);
  expect(list.find(2)).toBe(third);
});

test('a tail that is let go of leaves none', () => {
  const list = listFrom(0);
  fill(list, 1);
  list.endTail();
  expect([list.length, list.tail, list.next]).toEqual([0, undefined, 1]);
});

test('of recovered segments the last goes on only where the next message follows its own', () => {
  const stored = [Segment.evicted(3, 2, []), Segment.evicted(7, 2, [])];
  for (const [next, reopenable, tail] of [
    [9, true, stored[1]],
    [9, false, undefined],
    [12, true, undefined],
  ] as const) {
    const list = listFrom(0);
    list.recover(stored, next, reopenable);
    expect(segments(list)).toEqual(stored);
    expect([list.tail, list.next]).toEqual([tail, next]);
  }
});
