/** openssl s_client, and Python's own TLS, against the broker: what each of them says of certificates that are good and that are not. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { Authority, type Issued, selfSigned } from '../support/certificates.ts';
import { describeClient, pythonWith } from '../support/interop/programs.ts';
import { databaseOfTest } from '../support/interop/target.ts';
import { run, runOk } from '../support/processes/run.ts';
import { works } from '../support/processes/tied.ts';
import { folderOfFile } from '../support/temporary-folder.ts';

const folder = folderOfFile();
let authority: Authority;
let server: Issued;

beforeAll(() => {
  authority = new Authority(folder());
  server = authority.issue('server', { names: 'DNS:localhost,IP:127.0.0.1' });
});

async function start(options: BrokerOptions = {}): Promise<Broker> {
  const { cert, key } = server;
  const broker = await Broker.start({
    port: 0,
    store: databaseOfTest(),
    tlsPort: 0,
    tlsCert: [cert],
    tlsKey: [key],
    ...options,
  });
  onTestFinished(() => broker.stop());
  return broker;
}

/** Of AMQP 1.0, which the broker answers with its own header, and the end of the connection: so s_client ends. */
const HELLO = Buffer.from('AMQP\0\u0001\0\0', 'latin1');

/** All that it prints: of the handshake, and what the broker answers to AMQP's header. */
async function client(broker: Broker, ...args: readonly string[]): Promise<string> {
  const place = ['-connect', `127.0.0.1:${broker.tlsPort}`, '-CAfile', authority.cert];
  const { stdout, stderr } = await run('openssl', ['s_client', '-ign_eof', ...place, ...args], { input: HELLO });
  return stdout.toString('latin1') + stderr;
}

/** The header of AMQP 0-9-1. */
const ANSWER = 'AMQP\0\0\u0009\u0001';

describe('openssl s_client', () => {
  test.each([
    ['TLS 1.2', '-tls1_2', 'TLSv1.2'],
    ['TLS 1.3', '-tls1_3', 'TLSv1.3'],
  ])('hears the broker by %s', async (_, flag, name) => {
    const said = await client(await start(), flag, '-verify_hostname', 'localhost');
    expect(said).toContain('Verify return code: 0 (ok)');
    expect(said).toContain(name);
    expect(said).toContain(ANSWER);
  });

  test('is told nothing by TLS 1.1', async () => {
    expect(await client(await start(), '-tls1_1')).not.toContain(ANSWER);
  });

  test('finds what is wrong with a certificate for another host, one that is over, and one that nobody signed', async () => {
    const verdict = async (files: Issued, ...args: readonly string[]) =>
      /Verify return code: \d+ \(([^)]*)\)/.exec(
        await client(await start({ tlsCert: [files.cert], tlsKey: [files.key] }), ...args),
      )?.[1];
    expect(await verdict(server, '-verify_hostname', 'elsewhere.example')).toMatch(/hostname mismatch/i);
    expect(await verdict(authority.issueEnded('ended'))).toBe('certificate has expired');
    expect(await verdict(selfSigned(folder(), 'alone'))).toMatch(/^self[- ]signed certificate$/);
  });

  test('comes in with a certificate that is asked for, and not without', async () => {
    const broker = await start({ tlsVerify: 'required', tlsCa: [authority.cert] });
    const { cert, key } = authority.issue('client');
    expect(await client(broker, '-cert', cert, '-key', key)).toContain(ANSWER);
    expect(await client(broker)).not.toContain(ANSWER);
  });
});

const PYTHON = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))), server_hostname=sys.argv[3]) as client:
    client.sendall(b"AMQP\\x00\\x00\\x09\\x01")
    print(client.version(), client.recv(4096).count(b"AMQPLAIN PLAIN"))
`;

describe.skipIf(!works(['python3', '-c', 'import ssl']))("Python's TLS", () => {
  test('hears the broker under the name of its certificate, and not under another', async () => {
    const broker = await start();
    const python = (name: string) => run('python3', ['-c', PYTHON, String(broker.tlsPort), authority.cert, name]);
    expect((await python('localhost')).stdout.toString()).toBe('TLSv1.3 1\n');
    expect((await python('elsewhere.example')).stderr).toContain('Hostname mismatch');
  });
});

const PIKA = `
import pika, ssl, sys
port, authority, cert, key = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.load_cert_chain(cert, key)
def connect(name):
    options = pika.SSLOptions(context, name)
    return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", int(port), ssl_options=options))
channel = connect("localhost").channel()
channel.confirm_delivery()
queue = channel.queue_declare("", exclusive=True).method.queue
for body in (b"", b"small", bytes(200000)):
    channel.basic_publish("", queue, body)
    assert channel.basic_get(queue, auto_ack=True)[2] == body
try:
    connect("elsewhere.example")
    raise SystemExit("the certificate is not for that name")
except ssl.SSLCertVerificationError:
    pass
`;

const python = pythonWith('pika');
const missing = python === undefined ? 'No Python with pika is installed (Debian: python3-pika).' : undefined;

describeClient('pika over TLS', { missing }, () => {
  test('publishes and gets with a certificate of its own, and not under another name of the broker', async () => {
    const broker = await start({ tlsVerify: 'required', tlsCa: [authority.cert], handshakeTimeout: 10_000 });
    const { cert, key } = authority.issue('pika');
    await runOk(python!, ['-c', PIKA, String(broker.tlsPort), authority.cert, cert, key]);
  });
});
