import { describe, expect, test } from 'vitest';
import { LogPage } from '../../../../src/broker/log/log-page.ts';

const settledIn = (page: LogPage): number[] =>
  Array.from({ length: page.count }, (_, position) => position).filter((position) => page.wasSettled(position));

describe('a page', () => {
  test('makes a bitmap of what is settled, lowest bit first', () => {
    const page = new LogPage(1, 10, 19, 10, { bytes: 100 });
    const bitmap = page.bitmap((index) => index === 10 || index === 12 || index === 18);
    expect([...bitmap]).toEqual([0b00000101, 0b1]);
  });

  test('comes back with what its bitmap says', () => {
    const page = new LogPage(1, 10, 19, 10, { bytes: 100, settled: Uint8Array.of(0b00000101, 0b1) });
    expect(settledIn(page)).toEqual([0, 2, 8]);
    expect(page.live).toBe(7);
  });

  test('with gaps knows its records by their own indexes', () => {
    const page = new LogPage(1, 10, 20, 3, { bytes: 30, indexes: Uint32Array.of(10, 15, 20) });
    expect([0, 1, 2].map((position) => page.indexAt(position))).toEqual([10, 15, 20]);
    expect([...page.bitmap((index) => index === 15)]).toEqual([0b10]);
  });

  test('with gaps that came from the store has to be told its indexes, one without has not', () => {
    expect(new LogPage(1, 10, 12, 3, { bytes: 30 }).hasUnknownGaps).toBe(false);
    const page = new LogPage(1, 10, 20, 3, { bytes: 30 });
    expect(page.hasUnknownGaps).toBe(true);
    page.noteIndexes(Uint32Array.of(10, 15, 20));
    expect(page.hasUnknownGaps).toBe(false);
    expect([...page.bitmap((index) => index === 20)]).toEqual([0b100]);
  });

  test('notes what is settled when its records go out of memory', () => {
    const page = new LogPage(1, 0, 9, 10, { bytes: 100 });
    page.noteSettled(() => false);
    expect(settledIn(page)).toEqual([]);
    page.settle(2);
    page.noteSettled((index) => index === 3 || index === 9);
    expect(settledIn(page)).toEqual([3, 9]);
  });

  test('that is extended has the records that were added behind its own', () => {
    const page = new LogPage(1, 10, 12, 3, { bytes: 30 });
    page.extend(13, 14, 2, { bytes: 20 });
    expect([page.first, page.last, page.count, page.live, page.bytes, page.hasUnknownGaps]).toEqual([
      10,
      14,
      5,
      5,
      50,
      false,
    ]);
    page.extend(16, 20, 2, { bytes: 20, indexes: Uint32Array.of(16, 20) });
    page.extend(21, 22, 2, { bytes: 20 });
    expect(Array.from({ length: 9 }, (_, position) => page.indexAt(position))).toEqual([
      10, 11, 12, 13, 14, 16, 20, 21, 22,
    ]);
  });

  test('that is extended behind a gap knows its records by their own indexes', () => {
    const page = new LogPage(1, 10, 10, 1, { bytes: 10 });
    page.extend(12, 13, 2, { bytes: 20 });
    expect([0, 1, 2].map((position) => page.indexAt(position))).toEqual([10, 12, 13]);
  });

  test('that is extended has nothing settled of what was added', () => {
    const page = new LogPage(1, 0, 7, 8, { bytes: 80, settled: Uint8Array.of(0b11) });
    page.extend(8, 9, 2, { bytes: 20 });
    expect(settledIn(page)).toEqual([0, 1]);
    expect(page.live).toBe(8);
  });
});
