/** The benchmark itself works: each kind of scenario, very short, against a broker in this process. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, test } from 'vitest';
import { parseArguments, UsageError } from '../../bench/arguments.ts';
import { methodFrame, publishFrames } from '../../bench/client/frames.ts';
import { Consumer } from '../../bench/load/consumer.ts';
import { Crowd } from '../../bench/load/crowd.ts';
import { Requester, Responder } from '../../bench/load/request-reply.ts';
import { type ConsumerSpec, Counters, type CrowdSpec } from '../../bench/load/role.ts';
import type { Results } from '../../bench/report/results.ts';
import { Topology } from '../../bench/scenarios/topology.ts';
import { describeBroker, RemoteTarget, TargetError } from '../../bench/target/target.ts';
import { Broker } from '../../src/index.ts';
import { BASIC_DELIVER } from '../../src/protocol/generated/constants.ts';
import { TEST_PATIENCE } from '../support/patience.ts';
import { run } from '../support/processes/run.ts';
import { tied } from '../support/processes/tied.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const unexpected = (error: Error): never => {
  throw error;
};
const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));
const SHORT = ['--runs', '1', '--seconds', '0.05', '--warmup', '0.01', '--scale', '0.01'];

async function bench(...args: string[]) {
  const { code, stdout, stderr } = await run(process.execPath, [RUN, ...args], { deadline: TEST_PATIENCE });
  return { code, stdout: stdout.toString(), stderr };
}

/** What a run wrote, beside a chart if it compared. */
function resultsIn(folder: string): Results {
  const [file, ...others] = readdirSync(folder).sort();
  expect(file).toMatch(/^\d{4}-.*\.json$/);
  expect(['', 'chart.svg']).toContain(others.join());
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Results;
}

describe('npm run bench', () => {
  let broker: Broker;
  let folder: string;

  beforeAll(async () => {
    broker = await Broker.start({ port: 0 });
  });
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterAll(() => broker.stop());

  it('measures each scenario, into a JSON file', { timeout: 2 * TEST_PATIENCE }, async () => {
    const scenarios = [
      'auto16',
      'pub16',
      'fan4x4',
      'topic10k',
      'headers1k',
      'fan100',
      'rpc',
      'amqplib',
      'conn1k',
      'queues',
      'bindings',
      'connections',
      'drain1m',
    ];
    const { code, stdout, stderr } = await bench('--target', broker.url, ...SHORT, '--out', folder, ...scenarios);
    expect(code, stdout + stderr).toBe(0);
    const { rows } = resultsIn(folder);
    expect(new Set(rows.map(({ scenario }) => scenario))).toEqual(new Set(scenarios));
    for (const { scenario, values } of rows) expect(values, scenario).toEqual([[expect.any(Number)]]);
  });

  it('compares brokers in a table, a JSON file and a chart', async () => {
    const targets = ['--target', broker.url, '--name', 'first', '--target', broker.url, '--name', 'second'];
    const { code, stdout, stderr } = await bench(...targets, ...SHORT, '--out', folder, 'auto16', 'queues');
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('second / first');
    for (const { values } of resultsIn(folder).rows)
      expect(values).toEqual([[expect.any(Number)], [expect.any(Number)]]);
    expect(readFileSync(join(folder, 'chart.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it('starts a broker by its command where the scenario is about its process', async () => {
    const words = tied([process.execPath, inject('daemon'), '--port', '{port}', '--data-dir', '{dir}']);
    const command = `own=${words.join(' ')}`;
    const { code, stdout, stderr } = await bench(
      '--command',
      command,
      ...SHORT,
      '--no-out',
      'start',
      'restart1m',
      'memory',
      'queues100k',
      'looking20k',
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/idle .* MB/);
    expect(stdout).toMatch(/queues100k .*last tenth .* µs/);
    expect(stdout).toMatch(/longest turn, per-object .* ms/);
  });

  it('ends with an error where a broker does not do its work', async () => {
    const refusing = await Broker.start({ port: 0, maxMessageSize: 8 });
    const { code, stdout } = await bench(
      '--target',
      `amqp://127.0.0.1:${refusing.port}`,
      ...SHORT,
      '--no-out',
      'auto16',
    );
    await refusing.stop();
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED auto16 .* 406 PRECONDITION_FAILED/);
  });

  it('ends with an error where the broker goes', async () => {
    const sockets: Socket[] = [];
    let bytes = 0;
    const between = createServer((client) => {
      const own = connect(broker.port).on('error', () => {});
      sockets.push(
        client.on('error', () => {}),
        own,
      );
      client.pipe(own).pipe(client);
      client.on('data', (chunk) => {
        if ((bytes += chunk.length) < 1_000_000) return;
        between.close();
        for (const socket of sockets) socket.destroy();
      });
    });
    between.listen(0, '127.0.0.1');
    await once(between, 'listening');
    const { port } = between.address() as AddressInfo;
    const target = ['--target', `amqp://127.0.0.1:${port}`];
    const { code, stdout } = await bench(...target, '--runs', '1', '--seconds', '60', '--no-out', 'auto16');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^FAILED auto16 \S+: (publisher|consumer): (the broker closed the connection|.*ECONNRESET|.*EPIPE)/m,
    );
  });

  it('says in one line that a broker is not there', async () => {
    const { code, stdout, stderr } = await bench('--target', 'amqp://127.0.0.1:1');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim()).toMatch(/^127\.0\.0\.1:1: connect ECONNREFUSED.*$/);
  });

  it.each([
    ['does not know the user', (url: string) => url.replace('guest:guest', 'guest:wrong'), / 403 ACCESS_REFUSED/],
    ['has no such vhost', (url: string) => `${url}/nowhere`, / 530 NOT_ALLOWED - vhost nowhere not found/],
  ])('says that a broker %s', async (_what, target, message) => {
    const refused = describeBroker(new RemoteTarget('own', target(broker.url)));
    await expect(refused).rejects.toThrow(TargetError);
    await expect(refused).rejects.toThrow(message);
  });

  it('says that what answers is no AMQP broker', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;
    const refused = describeBroker(new RemoteTarget('web', `amqp://127.0.0.1:${port}`));
    await expect(refused).rejects.toThrow('web: it does not speak AMQP 0-9-1: "HTTP/1.1 400');
    web.close();
  });

  it.each([
    [`--out=${RUN}`, `--out ${RUN} cannot be written`],
    ['--nonsense', "Unknown option '--nonsense'"],
  ])('says how it is used where the arguments make no sense: %s', async (argument, message) => {
    const { code, stderr } = await bench('--target', 'amqp://127.0.0.1', argument);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('npm run bench -- [options] [scenario ...]');
  });

  it.each([
    ['no-such-scenario', 'there is no scenario no-such-scenario'],
    ['start', 'start needs a broker that the bench starts'],
    ['--runs=1.5', '--runs wants a whole number, not 1.5'],
    ['--target=http://127.0.0.1', '--target wants amqp://host:port, not "http://127.0.0.1"'],
    ['--name=one', '--name=two', 'there is no --target for --name two'],
  ])('refuses arguments that make no sense: %s', (...args) => {
    const parse = () => parseArguments(['--target', 'amqp://127.0.0.1', ...args.slice(0, -1)]);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(args.at(-1));
  });
});

/** What a load must not take for a broker's work. */
describe('a consumer of the bench', () => {
  const spec: ConsumerSpec = {
    kind: 'consumer',
    queues: ['checked'],
    autoAck: true,
    prefetch: 0,
    ackEvery: 0,
    size: 16,
    timed: false,
  };
  let broker: Broker;
  let topology: Topology;

  beforeAll(async () => {
    broker = await Broker.start({ port: 0 });
    topology = await Topology.open(broker.url);
    await topology.queues({ names: spec.queues, durable: false });
  });

  afterAll(async () => {
    await topology[Symbol.asyncDispose]();
    await broker.stop();
  });

  it.each([
    ['another size', Buffer.alloc(17), 'a body has 17 bytes instead of 16'],
    ['other bytes', Buffer.alloc(16), 'a body ends with other bytes than it was sent with'],
  ])('fails where a body has %s', async (_what, body, reason) => {
    const failed = Promise.withResolvers<Error>();
    await Consumer.open(broker.url, spec, new Counters(), failed.resolve);
    const message = { exchange: '', routingKey: 'checked', properties: {}, body };
    topology.connection.write(publishFrames(1, message, 4096).bytes);
    expect((await failed.promise).message).toBe(reason);
  });

  it('fails where a delivery is missing', async () => {
    const taking = await Consumer.open(broker.url, spec, new Counters(), () => {});
    const deliver = (deliveryTag: number): void => {
      const method = {
        name: 'basic.deliver',
        consumerTag: 'c',
        redelivered: false,
        exchange: '',
        routingKey: '',
      } as const;
      const frame = methodFrame(1, { ...method, deliveryTag });
      taking.method(BASIC_DELIVER, frame, 7);
    };
    deliver(1);
    deliver(2);
    expect(() => deliver(4)).toThrow('delivery 4 came behind 2');
    await taking.end();
  });
});

test('what was timed before the measured stretch does not count', async () => {
  await using broker = await Broker.start({ port: 0 });
  await using topology = await Topology.open(broker.url);
  await topology.queues({ names: ['asked'], durable: false });
  const answering = await Responder.open(broker.url, { kind: 'responder', queue: 'asked' }, unexpected);
  const counters = new Counters();
  const asking = await Requester.open(
    broker.url,
    { kind: 'requester', queue: 'asked', size: 16 },
    counters,
    unexpected,
  );
  const crowd: CrowdSpec = { kind: 'crowd', connections: 2, messages: 3, queue: 'crowd', size: 16 };
  const going = await Crowd.open(broker.url, crowd, new Counters(), unexpected);
  asking.start();
  going.start();
  await expect.poll(() => counters.consumed).toBeGreaterThan(100);
  expect(asking.times.length).toBeGreaterThan(100);
  expect(going.times.length).toBeGreaterThan(0);
  asking.measure();
  going.measure();
  expect([asking.times.length, going.times.length]).toEqual([0, 0]);
  await Promise.all([asking.stop(), going.stop()]);
  await Promise.all([asking.end(), going.end(), answering.end()]);
});
