/** Opening a connection: protocol header, start, tune, open (specification 2.2.4, RabbitMQ's choices). */
import { describe, expect, test } from 'vitest';
import { encodeTable, fromFieldTable } from '../../src/codec/field-table.ts';
import {
  amqplainResponse,
  clientProperties,
  PROTOCOL_HEADER,
  sayHello,
  startOk,
  type AmqpClient,
} from '../support/amqp-client/index.ts';
import { RABBITMQ_PROPERTIES } from '../support/server-properties.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

async function started(): Promise<AmqpClient> {
  const client = await target.dial();
  await sayHello(client);
  return client;
}

async function tuned(): Promise<AmqpClient> {
  const client = await started();
  startOk(client);
  await client.expect('connection.tune');
  return client;
}

/** A client that has asked for these limits, RabbitMQ's own where it says none, and for a virtual host. */
async function opening(
  { channelMax = 2047, frameMax = 131_072 }: { readonly channelMax?: number; readonly frameMax?: number },
  virtualHost = '/',
): Promise<AmqpClient> {
  const client = await tuned();
  client.send(0, 'connection.tune-ok', { channelMax, frameMax });
  client.send(0, 'connection.open', { virtualHost });
  return client;
}

describe('the protocol header', () => {
  test('handshake/header: AMQP 0-9-1 is answered with connection.start 0-9', async () => {
    const client = await target.dial();
    const start = await sayHello(client);
    expect([start.versionMajor, start.versionMinor]).toEqual([0, 9]);
    expect(start.locales.toString().split(' ')).toContain('en_US');
  });

  test('handshake/header-0-9: the header of AMQP 0-9 is accepted too', async () => {
    const client = await target.dial();
    client.write(Buffer.from('AMQP\x01\x01\x00\x09', 'latin1'));
    await client.expect('connection.start');
  });

  test('handshake/header-in-pieces: the header may arrive octet by octet', async () => {
    const client = await target.dial();
    for (const octet of PROTOCOL_HEADER) client.write(Buffer.from([octet]));
    await client.expect('connection.start');
  });

  test.each([
    ['AMQP 1.0', 'AMQP\x00\x01\x00\x00'],
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n'],
    ['AMQP 0-10', 'AMQP\x01\x01\x00\x0a'],
  ])(
    'handshake/header-unsupported: %s is answered with the header AMQP 0-0-9-1 and the end of the stream',
    async (_, bytes) => {
      const client = await target.dial();
      client.write(Buffer.from(bytes, 'latin1'));
      await client.expectSilentClose();
      expect(client.protocolHeader).toEqual(PROTOCOL_HEADER);
    },
  );

  test('handshake/no-bytes: a connection that closes without a byte harms nobody', async () => {
    (await target.dial()).destroy();
    await (await target.connect()).expectAlive();
  });
});

describe('connection.start and start-ok', () => {
  test('handshake/server-properties: the server names its product, version, platform and all capabilities', async () => {
    const client = await target.dial();
    const { serverProperties } = await sayHello(client);
    const properties = fromFieldTable(serverProperties);
    expect(properties).toMatchObject(RABBITMQ_PROPERTIES);
    expect(properties['version']).toMatch(/^\d+\.\d+\.\d+/);
    for (const name of ['platform', 'information', 'copyright', 'cluster_name']) {
      expect(properties[name], name).toBeTypeOf('string');
    }
  });

  test('handshake/mechanisms: PLAIN and AMQPLAIN are offered, separated by spaces', async () => {
    const { mechanisms } = await sayHello(await target.dial());
    expect(mechanisms.toString().split(' ')).toEqual(expect.arrayContaining(['PLAIN', 'AMQPLAIN']));
  });

  test('handshake/amqplain: AMQPLAIN logs in with a table that has no length', async () => {
    const client = await started();
    const { username, password } = client.url;
    const response = amqplainResponse(username, password);
    client.send(0, 'connection.start-ok', {
      clientProperties: clientProperties(),
      mechanism: 'AMQPLAIN',
      response,
      locale: 'en_US',
    });
    await client.expect('connection.tune');
  });

  test('handshake/auth-failure-close: a wrong password is told with 403 to a client that can hear it', async () => {
    const client = await started();
    startOk(client, { password: 'wrong' });
    const close = await client.expectClose(
      403,
      'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.',
    );
    expect(close).toMatchObject({ classId: 0, methodId: 0 });
  });

  test('handshake/auth-failure-unanswered: a client that does not answer this refusal is reset after 3 s', async () => {
    const client = await started();
    startOk(client, { password: 'wrong' });
    await client.expect('connection.close');
    await client.expectReset();
  });

  test('handshake/auth-failure-unknown-user: an unknown user gets the same answer as a wrong password', async () => {
    const client = await started();
    startOk(client, { user: target.name('nobody') });
    await client.expectClose(403, /^ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN\. /);
  });
});

describe('connection.tune and open', () => {
  test('handshake/tune: the server proposes channel_max 2047, frame_max 131072 and a heartbeat of 60 s', async () => {
    const client = await started();
    startOk(client);
    expect(await client.expect('connection.tune')).toMatchObject({
      channelMax: 2047,
      frameMax: 131_072,
      heartbeat: 60,
    });
  });

  test('handshake/start-ok-8192: a start-ok of 8192 octets is read: tokens as passwords are long', async () => {
    const client = await started();
    // The ids of class and method, the mechanism, the locale, and the lengths and zero octets of the response are 4 + 6 + 6 + 6.
    const properties = 4 + encodeTable(clientProperties()).length;
    const user = target.name('nobody');
    startOk(client, { user, password: 'p'.repeat(8192 - 22 - properties - user.length) });
    if (target.rabbitmq) await client.expectSocketClosed();
    else await client.expectClose(403, /^ACCESS_REFUSED - Login was refused/);
  });

  test('handshake/tune-lower: lower limits are accepted, frame_max down to 4096', async () => {
    const client = await target.connect({ tune: { frameMax: 4096, channelMax: 1, heartbeat: 0 } });
    await client.expectAlive();
  });

  test('handshake/vhost-unknown: connection.open of an unknown virtual host is refused with 530', async () => {
    const client = await opening({}, 'nope');
    const close = await client.expectClose(530, 'NOT_ALLOWED - vhost nope not found');
    expect(close).toMatchObject({ classId: 10, methodId: 40 });
  });

  test('handshake/pipelined: start-ok, tune-ok and open may be sent before the server asked', async () => {
    const client = await target.dial();
    client.write(PROTOCOL_HEADER);
    startOk(client);
    client.send(0, 'connection.tune-ok', { channelMax: 2047, frameMax: 131_072 });
    client.send(0, 'connection.open', { virtualHost: '/' });
    await client.expect('connection.start');
    await client.expect('connection.tune');
    await client.expect('connection.open-ok');
  });
});

// RabbitMQ waits 3 s before it closes silently, and 10 s for a handshake: these run side by side.
describe.concurrent('refusals without a word', () => {
  test("handshake/tune-frame-max-high: a frame_max above the server's closes the socket without a close frame", async () => {
    const client = await opening({ frameMax: 131_073 });
    await client.expectSilentClose();
  });

  test('handshake/tune-frame-max-low: a frame_max below 4096 closes the socket without a close frame', async () => {
    const client = await opening({ frameMax: 4095 });
    await client.expectSilentClose();
  });

  test("handshake/tune-channel-max-high: a channel_max above the server's closes the socket without a close frame", async () => {
    const client = await opening({ channelMax: 2048 });
    await client.expectSilentClose();
  });

  test("handshake/tune-zero: zero for channel_max and frame_max leaves the server's limits", async () => {
    const client = await opening({ channelMax: 0, frameMax: 0 });
    if (target.rabbitmq) await client.expectSilentClose();
    else {
      await client.expect('connection.open-ok');
      await client.expectAlive();
    }
  });

  test('handshake/open-before-tune-ok: connection.open in place of tune-ok closes the socket', async () => {
    const client = await tuned();
    client.send(0, 'connection.open', { virtualHost: '/' });
    await client.expectSilentClose();
  });

  test('handshake/mechanism-unknown: an unknown mechanism closes the socket', async () => {
    const client = await started();
    client.send(0, 'connection.start-ok', { clientProperties: clientProperties(), mechanism: 'NOPE', locale: 'en_US' });
    await client.expectSilentClose();
  });

  test('handshake/auth-failure-silent: a wrong password closes the socket of a client without the capability', async () => {
    const client = await started();
    startOk(client, { password: 'wrong', capabilities: {} });
    await client.expectSilentClose();
  });

  test('handshake/timeout: a client that says nothing is dropped after 10 s', async () => {
    const client = await target.dial();
    await client.expectSocketClosed();
  });

  test('handshake/timeout-start-ok: a client that does not answer connection.start is dropped after 10 s', async () => {
    const client = await started();
    await client.expectSocketClosed();
  });
});
