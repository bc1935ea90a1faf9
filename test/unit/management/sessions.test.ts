/** Sessions of the page: who has one, how it ends, and that no other page can act by it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { Sessions } from '../../../src/management/http/sessions.ts';
import type { Identity } from '../../../src/broker/access/identity.ts';
import { systemChance } from '../../../src/util/system.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;
beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
});
afterAll(() => broker.stop());

const PAGE = { 'x-leveret-page': '1' };
const SOMEBODY = { name: 'u', tags: [], expiresAt: Infinity, holds: true } as unknown as Identity;

async function signIn(username = 'guest', password = 'guest', headers: Readonly<Record<string, string>> = PAGE) {
  return ask('POST', '/session', { as: null, headers, body: { username, password } });
}

async function signedIn(username?: string, password?: string): Promise<Record<string, string>> {
  const { headers } = await signIn(username, password);
  const [cookie] = headers.get('set-cookie')!.split(';');
  return { ...PAGE, cookie };
}

describe('a session', () => {
  it('begins with the right password, as a cookie for this page alone', async () => {
    const { status, json, headers } = await signIn();
    expect([status, json]).toEqual([200, { name: 'guest', tags: ['administrator'] }]);
    const cookie = headers.get('set-cookie')!;
    expect(cookie).toMatch(/^leveret-\d+=[\w-]{22}; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict$/);
    expect((await ask('GET', '/whoami', { as: null, headers: await signedIn() })).json).toMatchObject({
      name: 'guest',
    });
  });

  it('does not begin with a wrong password, for who has no tag, or without the header; no browser asks for a password by itself', async () => {
    const wrong = await signIn('guest', 'wrong');
    expect([wrong.status, wrong.json]).toEqual([401, { error: 'not_authorized', reason: 'Login failed' }]);
    expect([wrong.headers.get('www-authenticate'), wrong.headers.get('set-cookie')]).toEqual([null, null]);
    await broker.users.create('nobody', 'secret');
    expect((await signIn('nobody', 'secret')).json).toEqual({ error: 'not_authorised', reason: 'Not management user' });
    expect((await signIn('guest', 'guest', {})).status).toBe(403);
    const none = await ask('GET', '/whoami', { as: null, headers: PAGE });
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, null]);
  });

  it('is nothing to requests that a page of another origin can send', async () => {
    const { cookie, ...page } = await signedIn();
    const asked = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await ask('PUT', '/vhosts/theirs', { as: null, headers: { cookie, ...headers }, body: {} })).status;
    expect(await asked({})).toBe(401);
    expect(await asked({ ...page, origin: 'http://evil.example' })).toBe(403);
    expect(await asked({ ...page, origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await asked({ ...page, origin: 'null' })).toBe(403);
    expect(await asked({ ...page, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect((await signIn('guest', 'guest', { ...PAGE, origin: 'http://evil.example' })).status).toBe(403);
    expect(await asked({ ...page, origin: `http://127.0.0.1:${broker.managementPort}` })).toBe(201);
  });

  it('ends when its user signs out, gets another password, or is deleted', async () => {
    const left = await signedIn();
    expect((await ask('DELETE', '/session', { as: null, headers: left })).headers.get('set-cookie')).toContain(
      'Max-Age=0',
    );
    expect((await ask('GET', '/whoami', { as: null, headers: left })).status).toBe(401);
    await broker.users.create('changing', 'first', ['management']);
    const changing = await signedIn('changing', 'first');
    await ask('PUT', '/users/changing', { body: { password: 'second', tags: 'management' } });
    expect((await ask('GET', '/whoami', { as: null, headers: changing })).status).toBe(401);
    const second = await signedIn('changing', 'second');
    await ask('DELETE', '/users/changing');
    expect((await ask('GET', '/whoami', { as: null, headers: second })).status).toBe(401);
  });

  it('ends after eight hours, and the oldest when there are very many', () => {
    const clock = new HandClock();
    const sessions = new Sessions(clock, systemChance);
    const open = () => ({ ...PAGE, cookie: sessions.open(SOMEBODY, {}, false).split(';')[0] });
    const first = open();
    clock.pass(8 * 3_600_000 - 1);
    expect(sessions.principalOf(first)?.name).toBe('u');
    clock.pass(1);
    expect(() => sessions.principalOf(first)).toThrow('Not signed in');
    const second = open();
    for (let i = 0; i < 999; i++) open();
    expect(sessions.principalOf(second)?.name).toBe('u');
    open();
    expect(() => sessions.principalOf(second)).toThrow('Not signed in');
  });

  it('may be for TLS alone', () => {
    const sessions = new Sessions(new HandClock(), systemChance);
    expect(sessions.open(SOMEBODY, { host: 'broker.example:15671' }, true)).toMatch(/^leveret-15671=.*; Secure$/);
  });

  it('is not needed by who sends a password with each request', async () => {
    expect((await ask('GET', '/whoami', { headers: PAGE })).status).toBe(200);
    expect((await ask('POST', '/session', { as: null, headers: PAGE, body: 'x'.repeat(20_000) })).status).toBe(413);
  });
});
