/**
 * What comes in by other ways than a plain socket is guarded as that is: an error that is injected there is told once, is the trouble of one
 * client, and everybody else goes on.
 */
import { once } from 'node:events';
import { connect as connectPlainly } from 'node:net';
import { connect as connectSecurely, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Vhost } from '../../../src/broker/topology/vhost.ts';
import { Connection } from '../../../src/connection/connection.ts';
import { SharedInput } from '../../../src/connection/input/shared-input.ts';
import { Broker } from '../../../src/index.ts';
import { AmqpClient, handshake } from '../../support/amqp-client/index.ts';
import { Authority } from '../../support/certificates.ts';
import { KeptLog } from '../../support/kept-log.ts';
import { apiOf } from '../../support/management/api.ts';
import { folderOfFile } from '../../support/temporary-folder.ts';
import { connectByWebSocket } from '../../support/websocket.ts';

const fail = (): never => {
  throw new Error('injected');
};

const folder = folderOfFile();
const logger = new KeptLog();
let broker: Broker;
/** Nothing goes wrong with it. */
let other: AmqpClient;

beforeAll(async () => {
  const { cert, key } = new Authority(folder()).issue('server');
  const secure = { tlsPort: 0, tlsCert: [cert], tlsKey: [key] };
  broker = await Broker.start({ port: 0, managementPort: 0, prometheusPort: 0, ...secure, logger });
  other = await AmqpClient.connect(broker.url);
});
afterAll(() => broker.stop());

afterEach(async () => {
  vi.restoreAllMocks();
  expect(logger.errors.splice(0).map(({ fields }) => (fields['err'] as Error).message)).toEqual(['injected']);
  await other.expectAlive();
});

async function byTls(): Promise<TLSSocket> {
  const socket = connectSecurely({ port: broker.tlsPort!, rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

describe('an error', () => {
  it.each([
    ['when it is asked what was agreed on', () => vi.spyOn(TLSSocket.prototype, 'getCipher')],
    ['when its connection is made', () => vi.spyOn(SharedInput.prototype, 'open')],
  ])('with a client that comes by TLS closes its socket: %s', async (_when, spied) => {
    spied().mockImplementationOnce(fail);
    await once(await byTls(), 'close');
    const next = AmqpClient.over(broker.url, await byTls());
    await handshake(next, {});
    next.destroy();
  });

  it('with a client that comes through a proxy closes its socket', async () => {
    const proxied = await Broker.start({ port: 0, proxyProtocolFrom: ['127.0.0.1'], logger });
    onTestFinished(() => proxied.stop());
    const dial = async () => {
      const socket = connectPlainly(proxied.port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write('PROXY TCP4 10.1.2.3 192.168.0.1 40000 5672\r\n');
      return socket;
    };
    vi.spyOn(SharedInput.prototype, 'open').mockImplementationOnce(fail);
    await once((await dial()).resume(), 'close');
    await handshake(AmqpClient.over(proxied.url, await dial()), {});
  });

  it('in what comes by a WebSocket ends its connection', async () => {
    const { client } = await connectByWebSocket(broker);
    vi.spyOn(Connection.prototype, 'receive').mockImplementationOnce(fail);
    client.send(1, 'channel.open');
    expect(await client.expect('connection.close')).toMatchObject({ replyCode: 541 });
    (await connectByWebSocket(broker)).client.destroy();
  });

  it('in a request of the HTTP API is its answer', async () => {
    const ask = apiOf(broker);
    vi.spyOn(Vhost.prototype, 'queues', 'get').mockImplementationOnce(fail);
    expect((await ask('GET', '/queues')).status).toBe(500);
    expect((await ask('GET', '/queues')).status).toBe(200);
  });

  it('in what Prometheus scrapes is its answer', async () => {
    const url = `http://127.0.0.1:${broker.prometheusPort}/metrics`;
    vi.spyOn(Vhost.prototype, 'queues', 'get').mockImplementationOnce(fail);
    expect((await fetch(url)).status).toBe(500);
    expect((await fetch(url)).status).toBe(200);
  });
});
