/** Signing in to the page by OpenID Connect, as a browser goes from the page to the provider and back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { systemClock } from '../../../src/util/system.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { apiOf } from '../../support/management/api.ts';
import { TellingBroker } from '../../support/telling-broker.ts';
import { TokenServer } from '../../support/token-server.ts';

const MANAGER = { scope: 'rabbitmq.tag:management rabbitmq.read:*/*' };

describe('a browser that signs in by OpenID Connect', () => {
  let provider: TokenServer;
  let broker: TellingBroker;
  /** By which sessions end. */
  let clock: HandClock;

  beforeEach(async () => {
    provider = await TokenServer.start();
    provider.person = MANAGER;
    clock = new HandClock(Date.now());
    const options = {
      port: 0,
      managementPort: 0,
      authBackends: ['internal', 'oauth2'],
      oauthResourceServerId: 'rabbitmq',
      oauthIssuer: provider.issuer,
      managementOauthClientId: 'page',
      managementOauthScopes: ['openid', 'rabbitmq.tag:management'],
    } as const;
    broker = await TellingBroker.start(options, { clocks: { messages: systemClock, connections: clock } });
  });
  afterEach(async () => {
    await broker.stop();
    await provider[Symbol.asyncDispose]();
  });

  /** Where an answer sends the browser, and the cookie that it gives it. */
  async function get(url: string, cookie = ''): Promise<{ location: string; cookie: string; header: string }> {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
    expect(response.status).toBe(302);
    const [header = ''] = response.headers.getSetCookie();
    return { location: response.headers.get('location')!, cookie: header.split(';')[0], header };
  }
  const begin = () => get(`http://127.0.0.1:${broker.managementPort}/api/session/openid`);
  const whoami = (cookie: string) =>
    apiOf(broker)('GET', '/whoami', { as: null, headers: { cookie, 'x-leveret-page': '1' } });

  it('has a session then, with the name and the tags of the token', async () => {
    const sent = await begin();
    expect(sent.header).toMatch(/^leveret-openid-\d+=[\w-]{22}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
    const asked = new URL(sent.location);
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'page',
      redirect_uri: `http://127.0.0.1:${broker.managementPort}/api/session/openid`,
      scope: 'openid rabbitmq.tag:management',
      state: expect.any(String) as string,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
    });
    const back = await get(sent.location);
    const signedIn = await get(back.location, sent.cookie);
    expect([signedIn.location, signedIn.header]).toEqual(['../../', expect.stringContaining('SameSite=Strict')]);
    expect((await whoami(signedIn.cookie)).json).toEqual({ name: 'ann', tags: ['management'] });
    // Neither the code nor the state is of use once more.
    expect((await get(back.location, sent.cookie)).location).toBe('../../?refused');
  });

  it('is not let in from another browser, with a code of its own, or without the tag for it', async () => {
    const refused = { location: '../../?refused', cookie: '', header: '' };
    const sent = await begin();
    const back = await get(sent.location);
    expect(await get(back.location)).toEqual(refused);
    const again = await begin();
    const forged = (await get(again.location)).location.replace(/code=[^&]+/, 'code=forged');
    expect(await get(forged, again.cookie)).toEqual(refused);
    provider.person = { scope: 'rabbitmq.read:*/*' };
    const tagless = await begin();
    expect(await get((await get(tagless.location)).location, tagless.cookie)).toEqual(refused);
    provider.person = undefined;
    const denied = await begin();
    expect(await get((await get(denied.location)).location, denied.cookie)).toEqual(refused);
  });

  it('is told on the page if the provider is away', async () => {
    provider.isUp = false;
    expect((await begin()).location).toBe('../../?refused');
  });

  it('has no session any more when the token has expired', async () => {
    provider.person = { ...MANAGER, exp: Math.floor(clock.now() / 1000) + 2 };
    const sent = await begin();
    const { cookie } = await get((await get(sent.location)).location, sent.cookie);
    expect((await whoami(cookie)).status).toBe(200);
    clock.pass(2000);
    expect((await whoami(cookie)).status).toBe(401);
  });

  it('finds it said that it may, or nothing of the kind', async () => {
    expect((await apiOf(broker)('GET', '/auth', { as: null })).json).toEqual({
      enable_uaa: false,
      uaa_client_id: '',
      uaa_location: '',
      oauth_enabled: true,
      oauth_client_id: 'page',
      oauth_provider_url: provider.issuer,
    });
    await using plain = await Broker.start({ port: 0, managementPort: 0 });
    const { json } = await apiOf(plain)('GET', '/auth', { as: null });
    expect(json).toEqual({ enable_uaa: false, uaa_client_id: '', uaa_location: '' });
    expect((await apiOf(plain)('GET', '/session/openid', { as: null })).status).toBe(404);
  });
});
