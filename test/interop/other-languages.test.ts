/**
 * The clients of Go, Ruby and PHP, each with one script of the tutorials' work that asserts for itself, and those of Go and Ruby with one that goes on
 * after its connection was closed over the HTTP API. On Debian:
 * apt-get install golang-go golang-github-rabbitmq-amqp091-go-dev ruby-bunny php-cli php-amqplib
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Broker, type BrokerOptions } from '../../src/index.ts';
import { Authority, type Issued, selfSigned } from '../support/certificates.ts';
import { describeClient } from '../support/interop/programs.ts';
import { run, runOk } from '../support/processes/run.ts';
import { works } from '../support/processes/tied.ts';
import { databaseOfTest, useTarget } from '../support/interop/target.ts';
import { TEST_PATIENCE } from '../support/patience.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Debian's Go packages are sources below this path, built without modules and without the network. */
const GO = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' };

const goMissing = works(['go', 'list', 'github.com/rabbitmq/amqp091-go'], GO)
  ? undefined
  : 'Go or its amqp091-go is not installed.';
describeClient('amqp091-go', { missing: goMissing }, () => {
  const target = useTarget();
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-interop-go-'));
    program = join(folder, 'tutorials');
    const build = { cwd: join(HERE, 'go'), env: { ...GO, GOCACHE: join(folder, 'cache') }, deadline: TEST_PATIENCE };
    await runOk('go', ['build', '-o', program, 'main.go'], build);
    for (const name of ['recovery', 'tls'])
      await runOk('go', ['build', '-o', join(folder, name), `${name}/main.go`], build);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('does the work of the tutorials', async () => {
    await runOk(program, [target.url], { deadline: TEST_PATIENCE });
  });

  test('goes on after its connection was closed over the HTTP API', async () => {
    await using broker = await Broker.start({ port: 0, store: databaseOfTest(), managementPort: 0 });
    await runOk(join(folder, 'recovery'), [broker.url, apiUrl(broker)], { deadline: TEST_PATIENCE });
  });

  test('comes in over TLS by a good certificate, and hears what is wrong with any other', async () => {
    const authority = new Authority(folder);
    const names = { names: 'DNS:localhost' };
    const server = authority.issue('server', names);
    const said = async ({ cert, key }: Issued, client?: Issued, more: BrokerOptions = {}): Promise<string> => {
      await using broker = await Broker.start({
        port: 0,
        store: databaseOfTest(),
        tlsPort: 0,
        tlsCert: [cert],
        tlsKey: [key],
        ...more,
      });
      const files = client === undefined ? [] : [client.cert, client.key];
      const address = `amqps://guest:guest@localhost:${broker.tlsPort}`;
      const { stdout, code } = await run(join(folder, 'tls'), [address, authority.cert, ...files]);
      return code === 0 ? 'good' : stdout.toString();
    };
    expect(await said(server)).toBe('good');
    expect(await said(authority.issueEnded('ended'))).toContain('certificate has expired');
    expect(await said(selfSigned(folder, 'alone', names))).toContain('certificate signed by unknown authority');
    expect(await said(authority.issue('other', { names: 'DNS:elsewhere.example' }))).toContain('not localhost');
    const [good, bad] = [authority.issue('good'), authority.issue('bad')];
    const asked: BrokerOptions = {
      tlsVerify: 'required',
      tlsCa: [authority.cert],
      tlsCrl: [authority.revoke(bad)],
    };
    expect(await said(server, good, asked)).toBe('good');
    for (const client of [bad, authority.issueEnded('over'), selfSigned(folder, 'nobodys'), undefined]) {
      expect(await said(server, client, asked)).toMatch(
        /tls: |reset by peer|broken pipe|EOF|not open|closed network connection/,
      );
    }
  });
});

const rubyMissing = works(['ruby', '-e', 'require "bunny"']) ? undefined : 'Ruby or its Bunny is not installed.';
describeClient('Bunny', { missing: rubyMissing }, () => {
  const target = useTarget();

  test('does the work of the tutorials', async () => {
    await runOk('ruby', [join(HERE, 'ruby', 'bunny.rb'), target.url], { deadline: TEST_PATIENCE });
  });

  test('recovers all that it declared after its connection was closed over the HTTP API', async () => {
    await using broker = await Broker.start({ port: 0, store: databaseOfTest(), managementPort: 0 });
    await runOk('ruby', [join(HERE, 'ruby', 'recovery.rb'), broker.url, apiUrl(broker)], { deadline: TEST_PATIENCE });
  });
});

const phpMissing = works(['php', '-r', 'exit((@include_once "PhpAmqpLib/autoload.php") === false ? 1 : 0);'])
  ? undefined
  : 'PHP or its php-amqplib is not installed.';
describeClient('php-amqplib', { missing: phpMissing }, () => {
  const target = useTarget();

  test('does the work of the tutorials', async () => {
    await runOk('php', [join(HERE, 'php', 'tutorials.php'), target.url], { deadline: TEST_PATIENCE });
  });
});

function apiUrl({ managementPort }: Broker): string {
  return `http://127.0.0.1:${managementPort}`;
}
