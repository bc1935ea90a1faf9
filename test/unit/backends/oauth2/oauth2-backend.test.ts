/** Tokens in place of passwords, of a server that signs them: by AMQP and by HTTP. */
import { createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import amqp from 'amqplib';
import fc from 'fast-check';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker, type BrokerOptions } from '../../../../src/index.ts';
import { apiOf } from '../../../support/management/api.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { TokenServer } from '../../../support/token-server.ts';

const ALL = 'rabbitmq.configure:*/* rabbitmq.write:*/* rabbitmq.read:*/*';

describe('a broker that takes tokens', () => {
  let issuer: TokenServer;
  let broker: Broker;

  beforeEach(async () => {
    issuer = await TokenServer.start();
    await start();
  });
  afterEach(async () => {
    await broker.stop();
    await issuer[Symbol.asyncDispose]();
  });

  async function start(options: BrokerOptions = {}): Promise<void> {
    broker = await Broker.start({
      port: 0,
      managementPort: 0,
      authBackends: ['internal', 'oauth2'],
      oauthResourceServerId: 'rabbitmq',
      oauthJwksUrl: issuer.jwksUrl,
      oauthIssuer: issuer.issuer,
      ...options,
    });
  }
  async function restart(options: BrokerOptions): Promise<void> {
    await broker.stop();
    await start(options);
  }
  const connect = (token: string) => amqp.connect(`amqp://anybody:${token}@127.0.0.1:${broker.port}`);
  const comesIn = async (token: string): Promise<boolean> =>
    connect(token).then(
      (connection) => connection.close().then(() => true),
      () => false,
    );
  const now = () => Math.floor(Date.now() / 1000);

  it('lets in by one, under its name, to do what its scopes say', async () => {
    const scope =
      'rabbitmq.configure:%2F/own-* rabbitmq.write:%2F/own-* rabbitmq.read:%2F/own-* rabbitmq.write:%2F/amq.topic/a.*';
    const connection = await connect(await issuer.sign({ scope }));
    const channel = await connection.createConfirmChannel();
    const errors: string[] = [];
    channel.on('error', ({ message }: Error) => errors.push(message));
    await channel.assertQueue('own-q');
    channel.publish('amq.topic', 'a.b', Buffer.from('x'));
    await channel.waitForConfirms();
    const { json } = await apiOf(broker)('GET', '/connections');
    expect(json).toMatchObject([{ user: 'ann' }]);
    await expect(channel.assertQueue('other')).rejects.toThrow(
      "configure access to queue 'other' in vhost '/' refused for user 'ann'",
    );
    const second = await connection.createChannel();
    const error = new Promise<Error>((resolve) => second.once('error', resolve));
    second.publish('amq.topic', 'b', Buffer.from('x'));
    expect((await error).message).toContain("write access to topic 'b' in exchange 'amq.topic'");
    await connection.close();
    await (await amqp.connect(broker.url)).close();
  });

  it('lets in by no other', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const foreign = new SignJWT({ scope: ALL, aud: 'rabbitmq', iss: issuer.issuer }).setExpirationTime('1h');
    const good = await issuer.sign({ scope: ALL });
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`;
    const byKeyAsSecret = await new SignJWT({ scope: ALL, aud: 'rabbitmq', iss: issuer.issuer })
      .setExpirationTime('1h')
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from('secret'));
    for (const [what, token] of [
      ['without scopes for the vhost', await issuer.sign({ scope: 'rabbitmq.read:other/*' })],
      ['without any scope', await issuer.sign()],
      ['for somebody else', await issuer.sign({ scope: ALL, aud: 'other' })],
      ['for nobody', await issuer.sign({ scope: ALL, aud: undefined })],
      ['of another issuer', await issuer.sign({ scope: ALL, iss: 'https://other.example' })],
      ['that has expired', await issuer.sign({ scope: ALL, exp: now() - 1 })],
      ['that never expires', await issuer.sign({ scope: ALL, exp: undefined })],
      ['that is not valid yet', await issuer.sign({ scope: ALL, nbf: now() + 100 })],
      ['by another key', await foreign.setProtectedHeader({ alg: 'RS256' }).sign(privateKey)],
      ['by an unknown key', await issuer.sign({ scope: ALL }, { kid: 'unknown' })],
      ['without a signature', unsigned],
      ['by a secret', byKeyAsSecret],
      [
        'with another content',
        good.replace(/\.[^.]+\./, `.${(await issuer.sign({ scope: `${ALL} x` })).split('.')[1]}.`),
      ],
      ['cut off', good.slice(0, -20)],
    ]) {
      expect([what, await comesIn(token)]).toEqual([what, false]);
    }
    expect(await comesIn(good)).toBe(true);
  });

  it('takes other keys when there are others, and goes on when they cannot be had', async () => {
    const before = await issuer.sign({ scope: ALL });
    expect(await comesIn(before)).toBe(true);
    issuer.isUp = false;
    expect(await comesIn(before)).toBe(true);
    issuer.isUp = true;
    await restart({});
    await issuer.rotate('ES256');
    expect(await comesIn(before)).toBe(false);
    expect(await comesIn(await issuer.sign({ scope: ALL }))).toBe(true);
    // What is unknown is not asked for each time.
    const { fetches } = issuer;
    for (let i = 0; i < 10; i++) expect(await comesIn(before)).toBe(false);
    expect(issuer.fetches).toBe(fetches);
  });

  it('finds the keys by the issuer alone, or in files', async () => {
    await restart({ oauthJwksUrl: undefined });
    expect(await comesIn(await issuer.sign({ scope: ALL }))).toBe(true);
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const file = join(temporaryFolder(), 'key.pem');
    writeFileSync(file, await exportSPKI(publicKey));
    expect(createPublicKey(await exportSPKI(publicKey)).asymmetricKeyType).toBe('ec');
    await restart({
      oauthJwksUrl: undefined,
      oauthIssuer: undefined,
      oauthSigningKeys: [`first=${file}`],
      oauthUsernameClaims: ['user_name'],
      oauthScopePrefix: 'none',
    });
    const signed = (header: object) =>
      new SignJWT({ scope: 'read:*/* configure:*/*', aud: ['x', 'rabbitmq'], user_name: 'bob' })
        .setExpirationTime('1h')
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(privateKey);
    expect(await comesIn(await signed({ kid: 'first' }))).toBe(true);
    expect(await comesIn(await signed({}))).toBe(true);
    expect(await comesIn(await signed({ kid: 'second' }))).toBe(false);
  });

  it('does not start without knowing where keys are, or with a file that has none', async () => {
    const settings = { port: 0, authBackends: ['oauth2'], oauthResourceServerId: 'r' } as const;
    await expect(Broker.start({ ...settings, oauthResourceServerId: undefined })).rejects.toThrow(
      'oauthResourceServerId',
    );
    await expect(Broker.start(settings)).rejects.toThrow('where the keys of tokens are');
    await expect(Broker.start({ ...settings, oauthSigningKeys: ['a=/nowhere.pem'] })).rejects.toThrow('/nowhere.pem');
  });

  it('takes them over HTTP, with their tags', async () => {
    const ask = apiOf(broker);
    const as = async (scope: string) => ({
      as: null,
      headers: { authorization: `Bearer ${await issuer.sign({ scope })}` },
    });
    const manager = await as(`${ALL} rabbitmq.tag:management`);
    expect((await ask('GET', '/whoami', manager)).json).toEqual({ name: 'ann', tags: ['management'] });
    expect((await ask('PUT', '/queues/%2F/q', { ...manager, body: {} })).status).toBe(201);
    expect((await ask('GET', '/users', manager)).status).toBe(401);
    const administrator = await as('rabbitmq.tag:administrator');
    expect((await ask('GET', '/users', administrator)).status).toBe(200);
    expect((await ask('GET', '/whoami', await as(ALL))).status).toBe(401);
    const wrong = { as: null, headers: { authorization: 'Bearer x.y.z' } };
    expect((await ask('GET', '/whoami', wrong)).status).toBe(401);
    const basic = await issuer.sign({ scope: 'rabbitmq.tag:management' });
    expect((await ask('GET', '/whoami', { as: `x:${basic}` })).status).toBe(200);
  });

  it('is not shaken by what is no token, or nearly one', async () => {
    const [head, body, signature] = (await issuer.sign({ scope: ALL })).split('.');
    const mangled = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.json(), fc.json())
        .map((parts) => `${parts.map((part) => Buffer.from(part).toString('base64url')).join('.')}.${signature}`),
      fc.json().map((part) => `${Buffer.from(part).toString('base64url')}.${body}.${signature}`),
      fc
        .nat(signature.length - 8)
        .map((at) => `${head}.${body}.${signature.slice(0, at)}_-_-${signature.slice(at + 4)}`),
      fc.constantFrom(`${head}.${body}`, `${head}..${signature}`, '..', `${head}.${body}.${signature}.x`),
    );
    await fc.assert(
      fc.asyncProperty(mangled, async (token) => {
        const response = await fetch(`http://127.0.0.1:${broker.managementPort}/api/whoami`, {
          headers: { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` },
        });
        expect(response.status).toBe(401);
      }),
      { numRuns: 40, seed: 1 },
    );
    expect(await comesIn(await issuer.sign({ scope: ALL }))).toBe(true);
  });
});
