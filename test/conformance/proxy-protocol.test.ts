/** The PROXY protocol: who connects through a trusted proxy is who the proxy says. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlainly, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { AmqpClient, handshake } from '../support/amqp-client/index.ts';
import { Authority } from '../support/certificates.ts';
import { apiOf } from '../support/management/api.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LINE = 'PROXY TCP4 10.1.2.3 192.168.0.1 40000 5672\r\n';
const VERSION_2 = Buffer.from('0d0a0d0a000d0a515549540a2111000c0a010203c0a800019c401628', 'hex');

async function start(options: BrokerOptions = { proxyProtocolFrom: ['127.0.0.0/8'] }): Promise<Broker> {
  const broker = await Broker.start({ port: 0, managementPort: 0, ...options });
  onTestFinished(() => broker.stop());
  return broker;
}

/** A socket that has said so much and nothing more. */
async function dial(port: number, said: string | Buffer): Promise<Socket> {
  const socket = connectPlainly(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(said);
  return socket;
}

async function peers(broker: Broker): Promise<unknown> {
  const connections = (await apiOf(broker)('GET', '/connections')).json as Record<string, unknown>[];
  return connections.map(({ peer_host: host, peer_port: port, name }) => ({ host, port, name }));
}

const PROXIED = [{ host: '10.1.2.3', port: 40000, name: '10.1.2.3:40000 -> 192.168.0.1:5672' }];

describe('through a trusted proxy', () => {
  test.each([
    ['version 1', LINE],
    ['version 2', VERSION_2],
  ])('proxy/peer: a client has the address that the header names: %s', async (_, header) => {
    const broker = await start();
    const client = AmqpClient.over(broker.url, await dial(broker.port, header));
    await handshake(client, {});
    expect(await peers(broker)).toEqual(PROXIED);
    await (await client.channel()).call('queue.declare', { queue: 'q', exclusive: true });
  });

  test('proxy/in-one: what the client says may come with the header, or the header octet by octet', async () => {
    const broker = await start();
    const hello = Buffer.from('AMQP\0\0\u0009\u0001', 'latin1');
    const together = AmqpClient.over(broker.url, await dial(broker.port, Buffer.concat([VERSION_2, hello])));
    await together.expect('connection.start');
    const socket = await dial(broker.port, '');
    socket.setNoDelay(true);
    for (const octet of LINE) {
      socket.write(octet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.write(hello);
    await AmqpClient.over(broker.url, socket).expect('connection.start');
  });

  test('proxy/tls: the header comes before the handshake', async () => {
    const authority = new Authority(temporaryFolder());
    const { cert, key } = authority.issue('server', { names: 'DNS:localhost' });
    const broker = await start({ proxyProtocolFrom: ['127.0.0.1'], tlsPort: 0, tlsCert: [cert], tlsKey: [key] });
    const socket = await dial(broker.tlsPort!, LINE);
    const secured = connectSecurely({ socket, servername: 'localhost', ca: readFileSync(authority.cert) });
    await once(secured, 'secureConnect');
    await handshake(AmqpClient.over(broker.url, secured), {});
    expect(await peers(broker)).toEqual(PROXIED);
  });

  test("proxy/own: the proxy's own connections, as its health checks, are its own", async () => {
    const broker = await start();
    const socket = await dial(broker.port, 'PROXY UNKNOWN\r\n');
    await handshake(AmqpClient.over(broker.url, socket), {});
    expect(await peers(broker)).toMatchObject([{ host: '127.0.0.1', port: socket.localPort }]);
  });

  test('proxy/required: a trusted peer that does not say for whom it connects is dropped', async () => {
    const broker = await start({ proxyProtocolFrom: ['127.0.0.1'], handshakeTimeout: 300 });
    for (const said of ['AMQP\0\0\u0009\u0001', 'PROXY TCP4 1.2.3.4']) {
      const socket = (await dial(broker.port, said)).on('error', () => {}).resume();
      if (!socket.closed) await new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    }
  });

  test('proxy/loopback: a user of this machine alone does not come in from another one', async () => {
    const broker = await start({ proxyProtocolFrom: ['all'], loopbackUsers: ['guest'] });
    const client = AmqpClient.over(broker.url, await dial(broker.port, LINE));
    await expect(handshake(client, {})).rejects.toThrow(/ACCESS_REFUSED/);
  });
});

test('proxy/untrusted: whoever is not trusted has no say in where it comes from', async () => {
  const broker = await start({ proxyProtocolFrom: ['10.0.0.0/8', '::1'] });
  const client = AmqpClient.over(broker.url, await dial(broker.port, LINE));
  await client.expectSilentClose();
  await (await AmqpClient.connect(broker.url)).close();
});
