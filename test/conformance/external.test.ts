/** The SASL mechanism EXTERNAL: a client is who its certificate says. */
import { readFileSync } from 'node:fs';
import { connect, credentials } from 'amqplib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { AmqpClient, sayHello } from '../support/amqp-client/index.ts';
import { Authority, contentOf, type Issued } from '../support/certificates.ts';
import { folderOfFile } from '../support/temporary-folder.ts';

const folder = folderOfFile();
let authority: Authority;
let server: Issued;
let client: Issued;

beforeAll(() => {
  authority = new Authority(folder());
  server = authority.issue('server', { names: 'DNS:localhost' });
  client = authority.issue('client', {
    subject: '/O=acme/OU=dev/CN=client',
    names: 'DNS:first.example,DNS:second.example,email:client@acme.example,URI:urn:client,IP:10.1.2.3',
  });
});

const refusals: string[] = [];

/** A broker with one more user, who has no password. */
async function start(user: string, options: BrokerOptions = {}): Promise<Broker> {
  const broker = await Broker.start({
    port: 0,
    tlsPort: 0,
    tlsCert: [server.cert],
    tlsKey: [server.key],
    tlsCa: [authority.cert],
    tlsVerify: 'optional',
    authMechanisms: ['EXTERNAL', 'PLAIN'],
    definitions: {
      users: [{ name: user, password_hash: '', tags: '' }],
      permissions: [{ user, vhost: '/', configure: '.*', write: '.*', read: '.*' }],
    },
    logger: { ...silentLogger, warn: (fields) => void refusals.push((fields as { reason: string }).reason) },
    ...options,
  });
  onTestFinished(() => broker.stop());
  refusals.length = 0;
  return broker;
}

/** `entered`, or what the client is told. */
async function enter(broker: Broker, shown: Issued | null = client): Promise<string> {
  try {
    const connection = await connect(`amqps://localhost:${broker.tlsPort}`, {
      ca: [readFileSync(authority.cert)],
      ...(shown && contentOf(shown)),
      credentials: credentials.external(),
    });
    await connection.close();
    return 'entered';
  } catch (error) {
    return (error as Error).message;
  }
}

const REFUSED = /403 \(ACCESS-REFUSED\).*Login was refused using authentication mechanism EXTERNAL/;

describe('the name of the user is', () => {
  test.each<[string, BrokerOptions]>([
    ['CN=client,OU=dev,O=acme', {}],
    ['client', { certLoginFrom: 'common_name' }],
    ['first.example', { certLoginFrom: 'subject_alternative_name' }],
    ['second.example', { certLoginFrom: 'subject_alternative_name', certLoginSanIndex: 1 }],
    ['client@acme.example', { certLoginFrom: 'subject_alternative_name', certLoginSanType: 'email' }],
    ['urn:client', { certLoginFrom: 'subject_alternative_name', certLoginSanType: 'uri' }],
    ['10.1.2.3', { certLoginFrom: 'subject_alternative_name', certLoginSanType: 'ip' }],
  ])('external/name: %s by %j', async (user, options) => {
    expect(await enter(await start(user, options))).toBe('entered');
    expect(await enter(await start('somebody', options))).toMatch(REFUSED);
    expect(refusals).toEqual([`EXTERNAL login refused: user '${user}' - invalid credentials`]);
  });
});

test('external/no-name: a certificate without the name that is wanted is refused', async () => {
  const broker = await start('client', { certLoginFrom: 'subject_alternative_name', certLoginSanIndex: 2 });
  expect(await enter(broker)).toMatch(REFUSED);
  expect(refusals).toEqual(['EXTERNAL login refused: no name found']);
});

test('external/no-certificate: without a certificate nobody comes in by it', async () => {
  const broker = await start('client');
  expect(await enter(broker, null)).toMatch(/403|ACCESS/);
  expect(refusals).toEqual(['EXTERNAL login refused: connection peer presented no TLS (x.509) certificate']);
});

test('external/unsafe: if certificates are not checked nobody comes in by one', async () => {
  const broker = await start('client', { tlsVerify: 'none' });
  expect(await enter(broker)).toMatch(REFUSED);
  expect(refusals[0]).toMatch('EXTERNAL login refused: TLS configuration is unsafe');
});

test('external/tls-alone: it is offered to those who come by TLS', async () => {
  const broker = await start('client');
  const plain = await AmqpClient.dial(broker.url);
  const secured = await AmqpClient.dialSecurely(`amqps://localhost:${broker.tlsPort}`, { rejectUnauthorized: false });
  const offered = [];
  for (const each of [plain, secured]) {
    offered.push((await sayHello(each)).mechanisms.toString());
    each.destroy();
  }
  expect(offered).toEqual(['PLAIN', 'EXTERNAL PLAIN']);
});
