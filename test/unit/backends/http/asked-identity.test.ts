/** What a server says that somebody may do: asked once, and again when that is long ago. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AccessPending, whenKnown } from '../../../../src/broker/access/access-pending.ts';
import { AskedIdentity } from '../../../../src/backends/http/asked-identity.ts';
import { readAnswer } from '../../../../src/backends/http/http-backend.ts';
import { remembering } from '../../../../src/backends/http/answer-cache.ts';
import { systemChance } from '../../../../src/util/system.ts';
import { HandClock } from '../../../support/hand-clock.ts';

describe('somebody about whom a server is asked', () => {
  let clock: HandClock;
  let asked: string[];
  let allowed: boolean;
  let somebody: AskedIdentity;

  beforeEach(() => {
    clock = new HandClock();
    asked = [];
    allowed = true;
    const ask = (path: string, question: Readonly<Record<string, string>>) => {
      asked.push(`${path} ${question.name ?? question.vhost}`);
      return Promise.resolve({ allowed, tags: [] });
    };
    somebody = new AskedIdentity({ name: 'ann', tags: [], host: '127.0.0.1' }, ask, clock, 15_000);
  });

  const may = (name: string) => whenKnown(() => somebody.may('/', 'read', 'queue', name));

  it('may do what is not known yet only when it is', async () => {
    expect(() => somebody.may('/', 'read', 'queue', 'q')).toThrow(AccessPending);
    expect(await may('q')).toBe(true);
    expect(somebody.may('/', 'read', 'queue', 'q')).toBe(true);
    expect(() => somebody.may('/', 'write', 'queue', 'q')).toThrow(AccessPending);
    expect(() => somebody.may('/', 'read', 'exchange', 'q')).toThrow(AccessPending);
    expect(() => somebody.may('other', 'read', 'queue', 'q')).toThrow(AccessPending);
  });

  it('is asked about again after a while, and who is denied each time', async () => {
    const { version } = somebody;
    await may('q');
    clock.pass(14_999);
    await may('q');
    expect([asked, somebody.version]).toEqual([['resource q'], version]);
    clock.pass(1);
    allowed = false;
    expect(somebody.version).not.toBe(version);
    expect([await may('q'), await may('q')]).toEqual([false, false]);
    expect(asked).toHaveLength(3);
  });

  it('is known in time however long an answer takes', async () => {
    const late = new AskedIdentity(
      { name: 'ann', tags: [], host: '' },
      () => {
        clock.pass(20_000);
        return Promise.resolve({ allowed: true, tags: [] });
      },
      clock,
      0,
    );
    expect(await whenKnown(() => late.mayEnter('/'))).toBe(true);
  });

  it('may do nothing without an answer', async () => {
    const unanswered = new AskedIdentity(
      { name: 'ann', tags: [], host: '' },
      () => Promise.resolve(undefined),
      clock,
      0,
    );
    expect(await whenKnown(() => unanswered.mayEnter('/'))).toBe(false);
  });
});

describe("a server's answers", () => {
  it.each([
    ['allow', { allowed: true, tags: [] }],
    [' Allow administrator  management\n', { allowed: true, tags: ['administrator', 'management'] }],
    ['deny', { allowed: false, tags: [] }],
    ['DENY for a reason', { allowed: false, tags: [] }],
    ['allowed', undefined],
    ['', undefined],
    ['{"result":"allow"}', undefined],
  ])('%j', (text, answer) => {
    expect(readAnswer(text)).toEqual(answer);
  });

  it('are remembered for as long as is said', async () => {
    const clock = new HandClock();
    let asked = 0;
    const ask = remembering(
      () => Promise.resolve({ allowed: ++asked > 0, tags: [] }),
      { authCacheTtl: 1000, authCacheRefusals: false },
      clock,
      systemChance,
    );
    await Promise.all([ask('user', { username: 'a' }), ask('user', { username: 'a' })]);
    expect(asked).toBe(1);
    await ask('user', { username: 'b' });
    await ask('vhost', { username: 'a' });
    expect(asked).toBe(3);
    clock.pass(1000);
    await ask('user', { username: 'a' });
    expect(asked).toBe(4);
  });
});
