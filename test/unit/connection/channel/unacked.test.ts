/** The deliveries of a channel, held against a Map that does the same in the plainest way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delivery, type DeliveringQueue, Unacked } from '../../../../src/connection/channel/unacked.ts';

const queue = { name: 'q' } as unknown as DeliveringQueue;

type Step =
  | { readonly do: 'add' | 'skip'; readonly count: number }
  | { readonly do: 'remove' | 'through' | 'some through'; readonly at: number }
  | { readonly do: 'restore' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('add' as const), count: fc.integer({ min: 1, max: 40 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('skip' as const), count: fc.integer({ min: 1, max: 40 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.double({ min: 0, max: 1.1, noNaN: true }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('through' as const, 'some through' as const),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
  ),
  { maxLength: 120 },
);

/** Both in step: whatever is done to one is done to the other, and they must agree. */
class Pair {
  readonly unacked = new Unacked();
  readonly model = new Map<number, number>();
  /** Removed, and not restored since. */
  removed: Delivery[] = [];
  #next = 1;

  add(): void {
    const tag = this.#next++;
    expect(this.unacked.add(queue, tag * 10, undefined, tag)).toBe(tag);
    this.model.set(tag, tag * 10);
  }

  skip(): void {
    expect(this.unacked.skip()).toBe(this.#next++);
  }

  remove(tag: number): void {
    const taken: Delivery[] = [];
    const wanted = this.model.has(tag) ? [tag] : [];
    expect(this.unacked.has(tag)).toBe(this.model.has(tag));
    expect(this.unacked.remove(tag, collect(taken))).toBe(this.model.has(tag));
    this.#removed(taken, wanted);
  }

  /** `most`: how many at a time. */
  through(tag: number, most = Infinity): void {
    const taken: Delivery[] = [];
    for (let more = true; more;) {
      const before = taken.length;
      more = this.unacked.removeThrough(tag, collect(taken), most);
      if (more) expect(taken.length - before).toBe(most);
    }
    this.#removed(
      taken,
      this.tags().filter((one) => one <= tag),
    );
  }

  restore(): void {
    this.unacked.restore(this.removed);
    for (const { tag, seq } of this.removed) this.model.set(tag, seq);
    this.removed = [];
  }

  tags(): number[] {
    return [...this.model.keys()].sort((a, b) => a - b);
  }

  get last(): number {
    return this.#next - 1;
  }

  check(): void {
    expect(this.unacked.count).toBe(this.model.size);
    expect(this.unacked.lastTag).toBe(this.last);
    const [oldest] = this.tags();
    const [{ tag = undefined, seq = undefined, tick = undefined } = {}] = this.unacked;
    expect([tag, seq, tick]).toEqual(
      oldest === undefined ? [undefined, undefined, undefined] : [oldest, oldest * 10, oldest],
    );
    for (let tag = Math.max(0, this.last - 100); tag <= this.last + 1; tag++) {
      if (this.unacked.has(tag) !== this.model.has(tag))
        expect.fail(`tag ${tag} is ${this.model.has(tag) ? 'lost' : 'there'}`);
    }
  }

  #removed(taken: readonly Delivery[], wanted: readonly number[]): void {
    expect(taken.map(({ tag, seq, tick }) => [tag, seq, tick])).toEqual(
      wanted.map((one) => [one, this.model.get(one), one]),
    );
    expect(taken.every((delivery) => delivery.queue === queue)).toBe(true);
    for (const { tag } of taken) this.model.delete(tag);
    this.removed.push(...taken);
  }
}

function collect(into: Delivery[]) {
  return (from: DeliveringQueue, seq: number, consumer: Delivery['consumer'], tag: number, tick: number): void => {
    into.push({ tag, queue: from, seq, consumer, tick });
  };
}

describe('the deliveries of a channel', () => {
  it('are found, removed singly, removed up to a tag in order, and put back, as a map would', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const pair = new Pair();
        for (const step of all) {
          if (step.do === 'add') for (let count = step.count; count > 0; count--) pair.add();
          else if (step.do === 'skip') for (let count = step.count; count > 0; count--) pair.skip();
          else if (step.do === 'remove') pair.remove(Math.floor(step.at * (pair.last + 1)));
          else if (step.do === 'through') pair.through(Math.floor(step.at * pair.last));
          else if (step.do === 'some through') pair.through(Math.floor(step.at * pair.last), 3);
          else pair.restore();
          pair.check();
        }
        pair.through(pair.last);
        expect(pair.unacked.count).toBe(0);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('may stay out for long while thousands after them are acknowledged', () => {
    const pair = new Pair();
    for (let round = 0; round < 20_000; round++) {
      pair.add();
      if (round % 1000 !== 0) pair.remove(pair.last);
    }
    pair.check();
    expect(pair.tags()).toHaveLength(20);
    pair.remove(1001);
    pair.through(5000);
    pair.through(pair.last);
    pair.check();
    expect(pair.unacked.count).toBe(0);
  });

  it('are outstanding again under their tags when a transaction that acknowledged some of them is rolled back', () => {
    const pair = new Pair();
    for (let count = 0; count < 5; count++) pair.add();
    pair.remove(3);
    pair.restore();
    expect(pair.unacked.has(3)).toBe(true);
    pair.remove(3);
    pair.check();
  });
});
