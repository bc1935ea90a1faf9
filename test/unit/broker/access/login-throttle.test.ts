/** Who guesses passwords is slowed down, and nobody else. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type LoginAttempt, LoginThrottle } from '../../../../src/broker/access/login-throttle.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const GUESSER = '192.0.2.1';

describe('the login throttle', () => {
  let clock: HandClock;
  let throttle: LoginThrottle;

  beforeEach(() => {
    clock = new HandClock();
    throttle = new LoginThrottle(clock);
  });

  /** The attempt, if it may be looked at now. */
  async function begin(address = GUESSER): Promise<LoginAttempt | 'waits' | 'refused'> {
    const turn = new Promise<'waits'>((resolve) => setImmediate(resolve, 'waits'));
    return (await Promise.race([throttle.begin(address), turn])) ?? 'refused';
  }

  async function attempt(isRight: boolean, address = GUESSER): Promise<'now' | 'waits' | 'refused'> {
    const begun = await begin(address);
    if (typeof begun === 'string') return begun;
    begun.end(isRight);
    return 'now';
  }

  async function fail(times: number, address = GUESSER): Promise<string[]> {
    const found: string[] = [];
    for (let i = 0; i < times; i++) found.push(await attempt(false, address));
    return found;
  }

  const many = (what: string, times: number): string[] => new Array<string>(times).fill(what);

  it('lets an address fail fifty times at once, then five times a second, and refuses what would wait for more than 5 s', async () => {
    expect(await fail(50)).toEqual(many('now', 50));
    expect(await fail(27)).toEqual([...many('waits', 25), 'refused', 'refused']);
    clock.pass(200);
    expect(await fail(2)).toEqual(['waits', 'refused']);
  });

  it('looks at what waited when it is its turn', async () => {
    await fail(50);
    let turn = 'waits';
    void throttle.begin(GUESSER).then(() => (turn = 'now'));
    clock.pass(199);
    await begin();
    expect(turn).toBe('waits');
    clock.pass(1);
    await begin();
    expect(turn).toBe('now');
  });

  it('forgets failures at the same pace', async () => {
    await fail(50);
    clock.pass(10_000);
    expect(await fail(50)).toEqual(many('now', 50));
    clock.pass(60_000);
    expect((await fail(51)).slice(-2)).toEqual(['now', 'waits']);
  });

  it('does not slow down who is right, however often', async () => {
    for (let i = 0; i < 1000; i++) expect(await attempt(true)).toBe('now');
    expect(await fail(50)).toEqual(many('now', 50));
  });

  it('gives back to who is right what its place in the row had taken', async () => {
    await fail(50);
    const waiting = throttle.begin(GUESSER);
    clock.pass(200);
    (await waiting)!.end(true);
    expect(await fail(2)).toEqual(['now', 'waits']);
  });

  it('looks at no more attempts at once than may fail, and at the others when those were right', async () => {
    const open = await Promise.all(Array.from({ length: 50 }, () => begin()));
    let looked = 0;
    const others = Array.from({ length: 500 }, async () => {
      const begun = await throttle.begin(GUESSER);
      looked++;
      begun!.end(true);
    });
    expect([await begin(), looked]).toEqual(['waits', 0]);
    (open[0] as LoginAttempt).end(true);
    await Promise.all(others);
    expect(looked).toBe(500);
  });

  it('sends what waited for others to the row, or away, if these were wrong', async () => {
    const open = await Promise.all(Array.from({ length: 50 }, () => begin()));
    const found: string[] = [];
    for (let i = 0; i < 30; i++) {
      void throttle.begin(GUESSER).then((begun) => found.push(begun === undefined ? 'refused' : 'now'));
    }
    for (const begun of open) (begun as LoginAttempt).end(false);
    await begin('another');
    expect(found).toEqual(many('refused', 5));
    clock.pass(5000);
    await begin('another');
    expect(found).toEqual([...many('refused', 5), ...many('now', 25)]);
  });

  it('leaves other addresses alone, but takes a network of IPv6 for one address', async () => {
    await fail(60);
    expect(await attempt(false, '192.0.2.2')).toBe('now');
    await fail(50, '2001:db8:0:1::5');
    expect(await attempt(false, '2001:db8:0:2::5')).toBe('now');
    // 2001:db8:0:1:0:1:2:3 and others, as systems write them.
    expect(await attempt(false, '2001:db8:0:1:0:1:2:3')).toBe('waits');
    expect(await attempt(false, '2001:db8::1:a:b:c:d')).toBe('waits');
    await fail(50, '::1');
    expect(await attempt(false, '::2')).toBe('waits');
    expect(await attempt(false, '1::')).toBe('now');
  });

  it('remembers ten thousand addresses, and forgets the one that tried least lately', async () => {
    await fail(50, 'first');
    await fail(50, 'second');
    expect(await attempt(false, 'first')).toBe('waits');
    for (let i = 0; i < 9_999; i++) (await throttle.begin(`address ${i}`))!.end(false);
    expect(await attempt(false, 'first')).toBe('waits');
    expect(await attempt(false, 'second')).toBe('now');
  });
});
