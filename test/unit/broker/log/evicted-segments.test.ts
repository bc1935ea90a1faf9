/** What is known of a log's segments before any of it is read. */
import { describe, expect, test } from 'vitest';
import { evictedSegments, isReopenable } from '../../../../src/broker/log/evicted-segments.ts';
import type { Segment } from '../../../../src/broker/log/segment.ts';
import type { RecoveredPage } from '../../../../src/store/stored-records.ts';
import { unlimitedMemory } from '../../../support/recovery/memory-budget.ts';

/** Three messages of 10 octets each. */
const PAGE = { id: 1, queueId: 1, base: 0, first: 0, last: 2, count: 3, bytes: 90, bodyBytes: 30 };

function segments(...pages: Partial<RecoveredPage>[]): readonly Segment[] {
  return evictedSegments(
    pages.map((page) => ({ ...PAGE, ...page })),
    unlimitedMemory(undefined),
  );
}

test('pages of one base are one segment', () => {
  const [first, second, ...others] = segments({}, { id: 2, first: 3, last: 5 }, { id: 3, base: 8, first: 9, last: 11 });
  expect([first.count, first.ready, second.base, second.count, others]).toEqual([6, 6, 8, 4, []]);
});

describe('the size of the bodies of what is ready', () => {
  test('is that of all pages together', () => {
    expect(segments({}, { id: 2, first: 3, last: 5, bodyBytes: 7 })[0].readyBytes).toBe(37);
  });

  test.each([
    ['an older version wrote one of them', { bodyBytes: undefined }],
    ['some are settled', { settled: Uint8Array.of(1) }],
    // Whether it waits it is asked when it is read.
    ['some came back', { redelivered: Float64Array.of(0, 2, 5000) }],
  ])('is known only when they are read if %s', (_why, page) => {
    const [segment] = segments({}, { id: 2, first: 3, last: 5, ...page });
    expect(segment.readyBytes).toBeUndefined();
    expect(segment.bodyBytes).toBeGreaterThan(0);
  });
});

test.each([
  ['of little', {}, true],
  ['of 64 KiB', { bytes: 64 * 1024 }, false],
  ['with bodies kept apart', { bodies: Float64Array.of(0, 1) }, false],
  ['with as many messages as there are places for', { last: 8191 }, false],
])('a segment %s takes messages again: %s', (_what, page, taken) => {
  expect(isReopenable(segments(page)[0])).toBe(taken);
});
