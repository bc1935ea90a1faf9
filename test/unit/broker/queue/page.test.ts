import { describe, expect, test } from 'vitest';
import { Page } from '../../../../src/broker/queue/page.ts';

const settledIn = (page: Page): number[] =>
  Array.from({ length: page.count }, (_, position) => position).filter((position) => page.wasSettled(position));

describe('a page', () => {
  test('makes a bitmap of what is settled, lowest bit first', () => {
    const page = new Page(1, 10, 19, 10);
    const bitmap = page.bitmap((index) => index === 10 || index === 12 || index === 18);
    expect([...bitmap]).toEqual([0b00000101, 0b1]);
  });

  test('comes back with what its bitmap says', () => {
    const page = new Page(1, 10, 19, 10, { settled: Uint8Array.of(0b00000101, 0b1) });
    expect(settledIn(page)).toEqual([0, 2, 8]);
    expect(page.live).toBe(7);
  });

  test('with gaps knows its records by their own indexes', () => {
    const page = new Page(1, 10, 20, 3, { indexes: Uint32Array.of(10, 15, 20) });
    expect([0, 1, 2].map((position) => page.indexAt(position))).toEqual([10, 15, 20]);
    expect([...page.bitmap((index) => index === 15)]).toEqual([0b10]);
  });

  test('with gaps that came from the store has to be told its indexes, one without has not', () => {
    expect(new Page(1, 10, 12, 3).hasUnknownGaps).toBe(false);
    const page = new Page(1, 10, 20, 3);
    expect(page.hasUnknownGaps).toBe(true);
    page.noteIndexes(Uint32Array.of(10, 15, 20));
    expect(page.hasUnknownGaps).toBe(false);
    expect([...page.bitmap((index) => index === 20)]).toEqual([0b100]);
  });

  test('notes what is settled when its records go out of memory', () => {
    const page = new Page(1, 0, 9, 10);
    page.noteSettled(() => false);
    expect(settledIn(page)).toEqual([]);
    page.live = 8;
    page.noteSettled((index) => index === 3 || index === 9);
    expect(settledIn(page)).toEqual([3, 9]);
  });
});
