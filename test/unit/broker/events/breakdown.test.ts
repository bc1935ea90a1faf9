/** What is counted apart for each of several: those that are gone are told of no more, and kept not for long. */
import { describe, expect, it } from 'vitest';
import { Breakdown } from '../../../../src/broker/events/breakdown.ts';

interface Thing {
  readonly name: string;
  deleted: boolean;
}

const thing = (name: string): Thing => ({ name, deleted: false });

describe('a breakdown', () => {
  it('counts for each apart, in whatever order they come', () => {
    const breakdown = new Breakdown<Thing, { count: number }>(() => ({ count: 0 }));
    expect([...breakdown]).toEqual([]);
    const [a, b] = [thing('a'), thing('b')];
    for (const one of [a, a, b, a, b]) breakdown.of(one).count++;
    expect([...breakdown].map(([{ name }, { count }]) => [name, count])).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });

  it('does not tell of what is gone, and forgets it when there are many', () => {
    const made: { count: number }[] = [];
    const breakdown = new Breakdown<Thing, { count: number }>(() => {
      const counters = { count: 0 };
      made.push(counters);
      return counters;
    });
    const first = thing('first');
    breakdown.of(first).count++;
    first.deleted = true;
    expect([...breakdown]).toEqual([]);
    const stays = thing('stays');
    breakdown.of(stays).count++;
    for (let n = 0; n < 1000; n++) {
      const short = thing(`short ${n}`);
      breakdown.of(short).count++;
      short.deleted = true;
    }
    expect([...breakdown]).toEqual([[stays, { count: 1 }]]);
    // It begins anew if it was forgotten.
    breakdown.of(first);
    expect(made.at(-1)).toEqual({ count: 0 });
  });
});
