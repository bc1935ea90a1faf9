/** The HTTP API and Prometheus over TLS, and what they say of TLS. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { connect } from 'amqplib';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { Broker, type BrokerOptions } from '../../../src/index.ts';
import { Authority, contentOf, type Issued } from '../../support/certificates.ts';
import { folderOfFile } from '../../support/temporary-folder.ts';

const folder = folderOfFile();
let authority: Authority;
let server: Issued;

beforeAll(() => {
  authority = new Authority(folder());
  server = authority.issue('server', { names: 'DNS:localhost', days: 20 });
});

async function start(options: BrokerOptions = {}): Promise<Broker> {
  const broker = await Broker.start({
    port: 0,
    tlsPort: 0,
    managementTlsPort: 0,
    prometheusTlsPort: 0,
    tlsCert: [server.cert],
    tlsKey: [server.key],
    tlsCa: [authority.cert],
    ...options,
  });
  onTestFinished(() => broker.stop());
  return broker;
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

async function get(port: number | undefined, path: string, client?: Issued): Promise<Answer> {
  const options = { host: 'localhost', port, path, auth: 'guest:guest', ca: readFileSync(authority.cert) };
  const asked = request({ ...options, ...(client && contentOf(client)), agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode, text: await text(response) };
}

const api = async (broker: Broker, path: string): Promise<unknown> =>
  JSON.parse((await get(broker.managementTlsPort, `/api${path}`)).text);

it('answers by HTTPS alone, if there is no plain port', async () => {
  const broker = await start();
  expect(broker.managementPort).toBeUndefined();
  expect(await api(broker, '/whoami')).toMatchObject({ name: 'guest' });
  expect(await api(broker, '/overview')).toMatchObject({
    listeners: [
      { protocol: 'amqp', port: broker.port },
      { protocol: 'amqp/ssl', port: broker.tlsPort },
      { protocol: 'https', port: broker.managementTlsPort },
      { protocol: 'https/prometheus', port: broker.prometheusTlsPort },
    ],
  });
});

it('shows of a client what TLS says of it', async () => {
  const broker = await start({ tlsVerify: 'optional' });
  const client = authority.issue('client', { subject: '/C=DE/O=acme, inc/OU=dev/CN=client' });
  const connection = await connect(`amqps://localhost:${broker.tlsPort}`, {
    ca: [readFileSync(authority.cert)],
    ...contentOf(client),
  });
  const plain = await connect(broker.url);
  const [first, second] = (await api(broker, '/connections?sort=ssl')) as Record<string, unknown>[];
  expect(first).toMatchObject({ ssl: false, ssl_protocol: null, ssl_cipher: null, peer_cert_subject: null });
  expect(second).toMatchObject({
    ssl: true,
    ssl_protocol: 'tlsv1.3',
    ssl_cipher: 'aes_256_gcm',
    ssl_hash: 'aead',
    ssl_key_exchange: 'any',
    peer_cert_subject: 'CN=client,OU=dev,O=acme\\, inc,C=DE',
    peer_cert_issuer: 'CN=authority',
    port: broker.tlsPort,
  });
  expect(second.peer_cert_validity).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}Z - \d{4}-\d\d-\d\dT[\d:]{8}Z$/);
  await Promise.all([connection.close(), plain.close()]);
});

it('names the cipher of TLS 1.2 and its key exchange', async () => {
  const broker = await start({ tlsVersions: ['tlsv1.2'], tlsCiphers: ['ECDHE-ECDSA-AES128-SHA256'] });
  const connection = await connect(`amqps://localhost:${broker.tlsPort}`, {
    ca: [readFileSync(authority.cert)],
    ciphers: 'ECDHE-ECDSA-AES128-SHA256',
  });
  expect(await api(broker, '/connections')).toMatchObject([
    { ssl_protocol: 'tlsv1.2', ssl_cipher: 'aes_128_cbc', ssl_hash: 'sha256', ssl_key_exchange: 'ecdhe_ecdsa' },
  ]);
  await connection.close();
});

it('says when certificates end', async () => {
  const broker = await start();
  expect(await api(broker, '/health/checks/certificate-expiration/2/weeks')).toEqual({ status: 'ok' });
  const answer = await get(broker.managementTlsPort, '/api/health/checks/certificate-expiration/1/months');
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.text)).toMatchObject({
    reason: 'Certificates expiring',
    expired: [
      { protocol: 'amqp/ssl', certfile: server.cert, port: String(broker.tlsPort) },
      { protocol: 'https' },
      { protocol: 'https/prometheus' },
    ],
  });
  const metrics = await get(broker.prometheusTlsPort, '/metrics');
  expect(metrics.text).toContain(
    `leveret_tls_certificate_expires_seconds{protocol="amqp/ssl",port="${broker.tlsPort}",file="${server.cert}"}`,
  );
});

it('may ask for other certificates than AMQP does', async () => {
  const other = new Authority(folder(), 'other');
  const broker = await start({ managementTlsVerify: 'required', managementTlsCa: [other.cert] });
  await expect(get(broker.managementTlsPort, '/api/whoami')).rejects.toThrow();
  await expect(get(broker.managementTlsPort, '/api/whoami', authority.issue('client'))).rejects.toThrow();
  expect(await get(broker.managementTlsPort, '/api/whoami', other.issue('admin'))).toMatchObject({ status: 200 });
});
