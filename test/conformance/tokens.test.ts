/** Access tokens as passwords: what a client sees of one that expires, and of a fresh one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/util/system.ts';
import { AmqpClient } from '../support/amqp-client/index.ts';
import { HandClock } from '../support/hand-clock.ts';
import { TellingBroker } from '../support/telling-broker.ts';
import { TokenServer } from '../support/token-server.ts';

const ALL = 'rabbitmq.configure:*/* rabbitmq.write:*/* rabbitmq.read:*/*';

// A RabbitMQ that runs somewhere knows nothing of the issuer here.
describe.skipIf(process.env['LEVERET_TEST_URL'] !== undefined)('tokens', () => {
  let issuer: TokenServer;
  let broker: TellingBroker;
  /** By which tokens expire. */
  const clock = new HandClock(Date.now());

  beforeAll(async () => {
    issuer = await TokenServer.start();
    const options = {
      authBackends: ['oauth2'],
      oauthResourceServerId: 'rabbitmq',
      oauthIssuer: issuer.issuer,
    } as const;
    broker = await TellingBroker.start(
      { port: 0, ...options },
      { clocks: { messages: systemClock, connections: clock } },
    );
  });
  afterAll(async () => {
    // Of who was refused and does not answer that.
    clock.pass(60_000);
    await broker.stop();
    await issuer[Symbol.asyncDispose]();
  });

  const connect = (token: string) => AmqpClient.connect(`amqp://anybody:${token}@127.0.0.1:${broker.port}`);
  const inSeconds = (seconds: number) => Math.floor(clock.now() / 1000) + seconds;
  async function renew(client: AmqpClient, claims: Readonly<Record<string, unknown>>): Promise<void> {
    const newSecret = Buffer.from(await issuer.sign(claims));
    client.send(0, 'connection.update-secret', { newSecret, reason: 'refresh' });
  }

  test('token/expired: a connection whose token expires is closed', async () => {
    const token = await issuer.sign({ scope: ALL, exp: inSeconds(2) });
    const client = await connect(token);
    clock.pass(2000);
    await client.expectClose(320, 'CONNECTION_FORCED - credential expired');
    await expect(connect(token)).rejects.toThrow();
  });

  test('token/fresh: a connection goes on by a fresh token, with what that one lets do', async () => {
    const token = await issuer.sign({ scope: ALL, exp: inSeconds(2) });
    const [client, other] = [await connect(token), await connect(token)];
    const channel = await client.channel();
    await renew(client, { scope: 'rabbitmq.configure:*/own' });
    await client.expect('connection.update-secret-ok');
    // The token that both came in by is over.
    clock.pass(2000);
    await other.expect('connection.close');
    await channel.queue('own');
    channel.send('queue.declare', { queue: 'other' });
    await channel.expectClose(403, /configure access to queue 'other'/);
    client.destroy();
    other.destroy();
  });

  test('token/fresh-refused: a fresh token of somebody else, or one that is over, is refused', async () => {
    for (const claims of [
      { scope: ALL, sub: 'bob' },
      { scope: ALL, exp: 1 },
    ]) {
      const client = await connect(await issuer.sign({ scope: ALL }));
      await renew(client, claims);
      const close = await client.expectClose(530, 'NOT_ALLOWED - New secret was refused by one of the backends');
      expect(close).toMatchObject({ classId: 10, methodId: 70 });
    }
  });

  test('token/fresh-vhost: a fresh token that does not let into the vhost is refused', async () => {
    const client = await connect(await issuer.sign({ scope: ALL }));
    await renew(client, { scope: 'rabbitmq.read:other/*' });
    await client.expectClose(530, "NOT_ALLOWED - access to vhost '/' refused for user 'ann'");
  });

  test('token/fresh-consumers: a fresh token ends the channels whose consumers it would not let begin', async () => {
    const client = await connect(await issuer.sign({ scope: ALL }));
    const [kept, lost] = [await client.channel(), await client.channel()];
    await kept.queue('kept');
    await kept.consume('kept');
    await lost.queue('lost');
    await lost.consume('lost');
    await renew(client, { scope: 'rabbitmq.read:*/kept rabbitmq.write:*/*' });
    await client.expect('connection.update-secret-ok');
    await lost.expectClose(403, "ACCESS_REFUSED - read access to queue 'lost' in vhost '/' refused for user 'ann'");
    for (const key of ['lost', 'kept']) kept.publish(key, key);
    expect(await kept.expect('basic.deliver')).toMatchObject({ routingKey: 'kept' });
    client.destroy();
  });
});
