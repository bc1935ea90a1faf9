/** Who guesses passwords is slowed down, and nobody else. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LoginThrottle } from '../../../../src/broker/access/login-throttle.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const GUESSER = '192.0.2.1';

describe('the login throttle', () => {
  let clock: HandClock;
  let throttle: LoginThrottle;

  beforeEach(() => {
    clock = new HandClock();
    throttle = new LoginThrottle(clock);
  });

  /** The waits of so many attempts that fail. */
  const fail = (times: number, address = GUESSER): number[] =>
    Array.from({ length: times }, () => throttle.begin(address));

  it('lets an address fail fifty times at once, then five times a second, and refuses what would wait for more than 5 s', () => {
    expect(fail(50)).toEqual(new Array(50).fill(0));
    expect(fail(27)).toEqual([...Array.from({ length: 25 }, (_, i) => (i + 1) * 200), Infinity, Infinity]);
    clock.pass(200);
    expect(fail(2)).toEqual([5000, Infinity]);
  });

  it('forgets failures at the same pace', () => {
    fail(50);
    clock.pass(9_999);
    expect(fail(50).at(-1)).toBe(1);
    clock.pass(60_000);
    expect(fail(51).slice(-2)).toEqual([0, 200]);
  });

  it('does not slow down who is right, however often', () => {
    for (let i = 0; i < 1000; i++) {
      expect(throttle.begin(GUESSER)).toBe(0);
      throttle.succeeded(GUESSER);
    }
    expect(throttle.begin(GUESSER)).toBe(0);
  });

  it('gives back only what an attempt that was right had taken', () => {
    fail(60);
    expect(throttle.begin(GUESSER)).toBe(2200);
    throttle.succeeded(GUESSER);
    expect(throttle.begin(GUESSER)).toBe(2200);
  });

  it('leaves other addresses alone, but takes a network of IPv6 for one address', () => {
    fail(60);
    expect(throttle.begin('192.0.2.2')).toBe(0);
    fail(50, '2001:db8:0:1::5');
    expect(throttle.begin('2001:db8:0:2::5')).toBe(0);
    // 2001:db8:0:1:0:1:2:3 and others, as systems write them.
    expect(fail(3, '2001:db8:0:1:0:1:2:3')).toEqual([200, 400, 600]);
    expect(throttle.begin('2001:db8::1:a:b:c:d')).toBe(800);
    fail(50, '::1');
    expect(throttle.begin('::2')).toBe(200);
    expect(throttle.begin('1::')).toBe(0);
  });

  it('remembers ten thousand addresses, and forgets the one that failed least lately', () => {
    fail(50, 'first');
    fail(50, 'second');
    expect(throttle.begin('first')).toBe(200);
    for (let i = 0; i < 9_999; i++) throttle.begin(`address ${i}`);
    expect(throttle.begin('first')).toBe(400);
    expect(throttle.begin('second')).toBe(0);
  });
});
