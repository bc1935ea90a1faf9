/** AMQP over TLS: who is let in, by which certificates, and that all goes on as it does without. */
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlainly, type Socket } from 'node:net';
import {
  connect as connectSecurely,
  type ConnectionOptions,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import { connect, type ChannelModel } from 'amqplib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { Authority, chained, contentOf, type Issued, selfSigned } from '../support/certificates.ts';
import { KeptLog } from '../support/kept-log.ts';
import { folderOfFile, temporaryFolder } from '../support/temporary-folder.ts';

const folder = folderOfFile();
let authority: Authority;
let server: Issued;

beforeAll(() => {
  authority = new Authority(folder());
  server = authority.issue('server', { names: 'DNS:localhost,IP:127.0.0.1' });
});

async function start(options: BrokerOptions = {}): Promise<Broker> {
  const broker = await Broker.start({ port: 0, tlsPort: 0, tlsCert: [server.cert], tlsKey: [server.key], ...options });
  onTestFinished(() => broker.stop());
  return broker;
}

/** Rejects with what the client is told if it is not let in. */
async function enter(
  broker: Broker,
  options: SecureContextOptions & { servername?: string } = {},
): Promise<ChannelModel> {
  const connection = await connect(`amqps://guest:guest@localhost:${broker.tlsPort}`, {
    ca: [readFileSync(authority.cert)],
    ...options,
  });
  connection.on('error', () => {});
  return connection;
}

/** True if the client with this certificate, or with none, is let in. */
async function isLetIn(broker: Broker, client?: Issued): Promise<boolean> {
  try {
    await (await enter(broker, client && contentOf(client))).close();
    return true;
  } catch {
    return false;
  }
}

/** A raw socket whose handshake is done. */
async function secured(broker: Broker, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectSecurely({ port: broker.tlsPort!, rejectUnauthorized: false, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('by %s', (version) => {
  test('tls/messages: messages of any size pass both ways', async () => {
    const broker = await start();
    const connection = await enter(broker, { minVersion: version, maxVersion: version });
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const bodies = [0, 1, 16_384, 131_064, 3 * 1024 * 1024, ...Array<number>(500).fill(700)].map((size) =>
      randomBytes(size),
    );
    const received: Buffer[] = [];
    const all = new Promise<void>((resolve) => {
      void channel.consume(
        queue,
        (message) => {
          received.push(message!.content);
          channel.ack(message!);
          if (received.length === bodies.length) resolve();
        },
        { noAck: false },
      );
    });
    for (const body of bodies) channel.sendToQueue(queue, body);
    await channel.waitForConfirms();
    await all;
    expect(received.every((body, index) => body.equals(bodies[index]))).toBe(true);
    await connection.close();
  });
});

test('tls/versions: what is older than the versions of the settings is not spoken', async () => {
  const broker = await start({ tlsVersions: ['tlsv1.3'] });
  await expect(enter(broker, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  expect(await isLetIn(broker)).toBe(true);
});

test('tls/wrong-name: the certificate is for the hosts that it names', async () => {
  const broker = await start();
  await expect(enter(broker, { servername: 'elsewhere.example' })).rejects.toThrow(/elsewhere\.example/);
  expect(await isLetIn(broker)).toBe(true);
});

test('tls/server-name: a client gets the certificate for the host that it names', async () => {
  const other = authority.issue('other', { names: 'DNS:other.example' });
  const broker = await start({ tlsCert: [server.cert, other.cert], tlsKey: [server.key, other.key] });
  const names = [];
  for (const servername of ['other.example', 'localhost', '']) {
    names.push((await secured(broker, { servername })).getPeerCertificate().subject.CN);
  }
  expect(names).toEqual(['other', 'server', 'server']);
});

describe('client certificates', () => {
  const required = (more: BrokerOptions = {}) => start({ tlsVerify: 'required', tlsCa: [authority.cert], ...more });

  test('tls/client-required: without a certificate that is good nobody comes in', async () => {
    const broker = await required();
    const stranger = new Authority(folder(), 'stranger');
    expect(await isLetIn(broker)).toBe(false);
    expect(await isLetIn(broker, selfSigned(folder(), 'alone'))).toBe(false);
    expect(await isLetIn(broker, stranger.issue('strangers'))).toBe(false);
    expect(await isLetIn(broker, authority.issueEnded('ended'))).toBe(false);
    expect(await isLetIn(broker, authority.issue('client'))).toBe(true);
    const between = new Authority(folder(), 'between', authority);
    expect(await isLetIn(broker, chained(between.issue('below'), between))).toBe(true);
  });

  test('who is not let in is named in the log, with the reason', async () => {
    const log = new KeptLog();
    const broker = await required({ logger: log });
    for (const client of [undefined, authority.issueEnded('over'), selfSigned(folder(), 'nobodys')]) {
      expect(await isLetIn(broker, client)).toBe(false);
    }
    const failed = log.warnings.filter(({ message }) => message === 'TLS handshake failed');
    for (const { fields } of failed) expect(fields['peer']).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(failed.map(({ fields }) => fields['reason'])).toEqual([
      'peer did not return a certificate',
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ]);
  });

  test('tls/client-optional: a certificate that is shown has to be good, and none need be shown', async () => {
    const broker = await start({ tlsVerify: 'optional', tlsCa: [authority.cert] });
    expect(await isLetIn(broker, selfSigned(folder(), 'alone'))).toBe(false);
    expect(await isLetIn(broker)).toBe(true);
    expect(await isLetIn(broker, authority.issue('client'))).toBe(true);
  });

  test('tls/client-depth: no more authorities than the depth stand between a certificate and a trusted one', async () => {
    const one = new Authority(folder(), 'one', authority);
    const two = new Authority(folder(), 'two', one);
    const clients = [
      authority.issue('depth-0'),
      chained(one.issue('depth-1'), one),
      chained(two.issue('depth-2'), two, one),
    ];
    const letIn = [];
    for (const tlsDepth of [0, 1, 2, Infinity]) {
      const broker = await required({ tlsDepth });
      const each = [];
      for (const client of clients) each.push(await isLetIn(broker, client));
      letIn.push(each);
      // What OpenSSL is told of the depth is not what others are shown.
      const { issuerCertificate } = (await secured(broker, contentOf(clients[0]))).getPeerCertificate(true);
      expect(issuerCertificate.raw).toEqual(new X509Certificate(readFileSync(authority.cert)).raw);
    }
    expect(letIn).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
      [true, true, true],
    ]);
  });

  test('tls/client-revoked: a certificate on the list of revoked ones is no good one', async () => {
    const [good, bad] = [authority.issue('good'), authority.issue('bad')];
    const broker = await required({ tlsCrl: [authority.revoke(bad)] });
    expect(await isLetIn(broker, bad)).toBe(false);
    expect(await isLetIn(broker, good)).toBe(true);
  });
});

test('tls/renewal: new certificates are for new connections, and those that are there go on', async () => {
  const place = temporaryFolder();
  const files = { cert: `${place}/cert.pem`, key: `${place}/key.pem` };
  const write = (issued: Issued) => {
    copyFileSync(issued.cert, files.cert);
    copyFileSync(issued.key, files.key);
  };
  write(server);
  const broker = await start({ tlsCert: [files.cert], tlsKey: [files.key] });
  const subject = async () => (await secured(broker)).getPeerCertificate().subject.CN;
  const connection = await enter(broker);
  const channel = await connection.createChannel();
  write(authority.issue('renewed', { names: 'DNS:localhost' }));
  broker.renewCertificates();
  expect(await subject()).toBe('renewed');
  writeFileSync(files.cert, 'spoiled');
  broker.renewCertificates();
  expect(await subject()).toBe('renewed');
  expect(await channel.assertQueue('', { exclusive: true })).toMatchObject({ messageCount: 0 });
  await connection.close();
});

test('tls/alone: the plain listener can be off', async () => {
  const broker = await start({ port: 'none' });
  expect(broker.port).toBe(broker.tlsPort);
  expect(broker.url).toMatch(/^amqps:/);
  expect(await isLetIn(broker)).toBe(true);
});

describe('handshakes that do not end', () => {
  async function halfOpen(broker: Broker, count: number): Promise<Socket[]> {
    const sockets = Array.from({ length: count }, () => connectPlainly(broker.tlsPort!, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => {}).resume();
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    // The beginning of a client hello, and no more.
    for (const socket of sockets) socket.write(Buffer.from('160301', 'hex'));
    return sockets;
  }

  const gone = (socket: Socket): Promise<void> =>
    new Promise((resolve) => (socket.closed ? resolve() : void socket.once('close', () => resolve())));

  test('tls/slow-handshakes: they end by themselves, and nobody else notices', async () => {
    const broker = await start({ tlsHandshakeTimeout: 500 });
    const sockets = await halfOpen(broker, 300);
    // Who has to wait for the processor may be late himself.
    await expect.poll(() => isLetIn(broker)).toBe(true);
    await Promise.all(sockets.map(gone));
  });

  test('tls/crowds: of very many the oldest make room', async () => {
    const broker = await start({ tlsHandshakeTimeout: 3_600_000 });
    const [oldest] = await halfOpen(broker, 1001);
    await gone(oldest);
    expect(await isLetIn(broker)).toBe(true);
  });

  test('tls/stop: they do not keep the broker from stopping', async () => {
    const broker = await start({ tlsHandshakeTimeout: 3_600_000 });
    const sockets = await halfOpen(broker, 3);
    await Promise.all([broker.stop(), ...sockets.map(gone)]);
  });
});
