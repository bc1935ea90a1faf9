import { describe, expect, test } from 'vitest';
import { PatternMatcher } from '../../../../src/broker/access/pattern-matcher.ts';
import { systemClock } from '../../../../src/util/system.ts';

const LONG = 'a'.repeat(254);
const ENDLESS = /^(a+)+$/;

describe('a match', () => {
  const matcher = new PatternMatcher(systemClock);

  test.each([
    [/^orders/, 'orders.new', true],
    [/^(?!amq\.).*/, 'amq.direct', false],
    [/^(a|b)+\.[cd]*$/, 'abba.dc', true],
    [/^(a|b)+\.[cd]*$/, 'abba.dx', false],
    [/^(a+)+$/, LONG, true],
  ])('of %s and %s is what it is: %s', (pattern, text, expected) => {
    expect(matcher.matches(pattern, text)).toBe(expected);
  });

  test.each([/^(a+)+$/, /^(a|aa)*$/, /^(a?){200}b?c$/, /.*.*.*.*.*x/])('of %s that has no end is none', (pattern) => {
    expect(matcher.matches(pattern, `${LONG}b`)).toBe(false);
    expect(matcher.matches(pattern, 'b')).toBe(false);
  });
});

describe('what patterns take', () => {
  /** A matcher whose clock a match moves on by what the test says, and the rests that it asked for. */
  function charged() {
    let [time, worked, took] = [0, 0, 0];
    let asked = 0;
    /** The first answer is before the match, the others are after it. */
    const work = (): number => {
      if (asked++ === 1) {
        time += took;
        worked += took;
      }
      return worked;
    };
    const matcher = new PatternMatcher({ elapsed: () => time }, work);
    const rests: number[] = [];
    matcher.nameGiver = { rest: (ms) => rests.push(ms) };
    return {
      matcher,
      rests,
      match: (ms: number): void => {
        took = ms;
        asked = 0;
        matcher.matches(/(a|b)+c*/, 'abc');
      },
      idle: (ms: number): void => void (time += ms),
    };
  }

  test("is nobody's to pay up to a quarter of the time", () => {
    const { match, idle, rests } = charged();
    for (let i = 0; i < 1000; i++) {
      match(1);
      idle(3);
    }
    expect(rests).toEqual([]);
  });

  test('beyond that is paid by who gives the names, each by what its own names took', () => {
    const { match, rests } = charged();
    match(9);
    match(10);
    match(0.1);
    const [first, second, third] = rests;
    expect([first, second]).toEqual([9 * 4, 10 * (9 - 2.5 + 10 - 5)]);
    expect(third).toBeLessThan(2);
  });

  test('rises until all together take a quarter, however many give names', () => {
    const { match, idle, rests } = charged();
    const clients = Array.from({ length: 20 }, () => 0);
    let [spent, time] = [0, 0];
    while (time < 100_000) {
      const next = clients.indexOf(Math.min(...clients));
      if (clients[next] > time) {
        idle(clients[next] - time);
        time = clients[next];
      }
      rests.length = 0;
      match(10);
      time += 10;
      spent += 10;
      clients[next] = time + (rests[0] ?? 0);
    }
    expect(spent / time).toBeLessThan(0.3);
  });

  test('is what a name without an end took', () => {
    const matcher = new PatternMatcher(systemClock);
    const rests: number[] = [];
    matcher.nameGiver = { rest: (ms) => rests.push(ms) };
    matcher.matches(ENDLESS, `${LONG}b`);
    expect(rests[0]).toBeGreaterThan(20);
    matcher.nameGiver = undefined;
    expect(matcher.matches(ENDLESS, LONG)).toBe(true);
  });
});
