import { expect, test } from 'vitest';
import { Segment } from '../../../../src/broker/queue/segment.ts';
import { SegmentBuffers } from '../../../../src/broker/queue/segment-buffers.ts';
import { SegmentList } from '../../../../src/broker/queue/segment-list.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

/** Fills the tail with messages from its base on, so that the next one may begin behind them. */
function fill(list: SegmentList, count: number): Segment {
  for (let n = 0; n < count; n++) list.tail.append(messageOf({ body: 'x' }), false);
  return list.tail;
}

/** An empty list whose first message will be `base`. */
function listFrom(base: number): SegmentList {
  const list = new SegmentList(new SegmentBuffers());
  list.recover([], base);
  return list;
}

const segments = (list: SegmentList): Segment[] => [...list];

test('a message is found in the segment that has it, in whatever order one asks', () => {
  const list = listFrom(5);
  const first = fill(list, 3);
  list.startTail(8);
  const second = fill(list, 2);
  list.startTail(10);
  const third = fill(list, 1);
  const found = [5, 7, 8, 9, 10, 5, 10, 8].map((seq) => list.find(seq));
  expect(found).toEqual([first, first, second, second, third, first, third, second]);
});

test('positions are those of the last segment that begins at or before a message', () => {
  const list = listFrom(5);
  fill(list, 3);
  list.startTail(8);
  fill(list, 2);
  list.startTail(10);
  expect([0, 5, 7, 8, 9, 10, 99].map((seq) => list.position(seq))).toEqual([0, 0, 0, 1, 1, 2, 2]);
});

test('a tail in which nothing is left makes way for the next, and one that has something stays', () => {
  const list = listFrom(0);
  const kept = fill(list, 2);
  list.startTail(2);
  const settled = fill(list, 2);
  settled.settle(0);
  settled.settle(1);
  list.startTail(4);
  expect(segments(list)).toEqual([kept, list.tail]);
});

test('a tail that never had a message makes way too, though the next begins where it does', () => {
  const list = listFrom(0);
  const before = fill(list, 1);
  list.startTail(1);
  list.startTail(1);
  expect(segments(list)).toEqual([before, list.tail]);
  expect(list.find(fill(list, 1).base)).toBe(list.tail);
});

test('the tail cannot be removed, others can, wherever they are', () => {
  const list = listFrom(0);
  const [first, second, third] = [0, 1, 2].map((n) => {
    const segment = fill(list, 1);
    list.startTail(n + 1);
    return segment;
  });
  list.remove(list.tail);
  expect(list.find(1)).toBe(second);
  list.remove(second);
  expect(segments(list)).toEqual([first, third, list.tail]);
  list.remove(first);
  expect(segments(list)).toEqual([third, list.tail]);
  expect(list.find(2)).toBe(third);
});

test('recovered segments come before the tail', () => {
  const list = listFrom(0);
  const stored = [Segment.cold(3, 2, []), Segment.cold(7, 1, [])];
  list.recover(stored, 9);
  expect(segments(list)).toEqual([...stored, list.tail]);
  expect(list.tail.base).toBe(9);
});
