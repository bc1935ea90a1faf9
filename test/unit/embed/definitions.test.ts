import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import amqp from 'amqplib';
import { describe, expect, it } from 'vitest';
import { IMPORT_JOURNAL } from '../../../src/broker/parameters/parameters.ts';
import { encodeTable } from '../../../src/codec/field-table.ts';
import { Broker, ConfigError, type DefinitionsDocument, DefinitionsError } from '../../../src/index.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { runCommand, startCommand } from '../../support/cli/command.ts';
import { KeptLog } from '../../support/kept-log.ts';
import { temporaryFile, temporaryFolder } from '../../support/temporary-folder.ts';
import { storeHere } from '../../support/store-here.ts';

const TOPOLOGY: DefinitionsDocument = {
  queues: [{ name: 'orders', vhost: '/', arguments: { 'x-max-length': 5 } }],
  exchanges: [{ name: 'shop', vhost: '/', type: 'topic' }],
  bindings: [{ source: 'shop', vhost: '/', destination: 'orders', destination_type: 'queue', routing_key: 'order.*' }],
};

async function startFailure(definitions: string | DefinitionsDocument, dataDir?: string): Promise<string[]> {
  const broker = Broker.start({ port: 0, definitions, dataDir }, storeHere);
  const error: unknown = await broker.then(
    (started) => started.stop(),
    (failure: unknown) => failure,
  );
  if (!(error instanceof ConfigError)) throw new Error('the broker started');
  return error.problems.map(({ text }) => text);
}

describe('a broker that starts with definitions', () => {
  it('has the queues, exchanges and bindings of a file, and its default user', async () => {
    const definitions = temporaryFile('definitions.json', `\uFEFF${JSON.stringify(TOPOLOGY)}`);
    const broker = await Broker.start({ port: 0, definitions });
    const connection = await amqp.connect(broker.url);
    const channel = await connection.createConfirmChannel();
    channel.publish('shop', 'order.new', Buffer.from('one'));
    await channel.waitForConfirms();
    expect((await channel.checkQueue('orders')).messageCount).toBe(1);
    await connection.close();
    await broker.stop();
  });

  it('lets the users in that an object brings, and not its default user', async () => {
    const users = [{ name: 'shop', password: 'secret', tags: 'administrator' }];
    const permissions = [{ user: 'shop', vhost: '/', configure: '.*', write: '.*', read: '.*' }];
    const broker = await Broker.start({ port: 0, definitions: { users, permissions } });
    await (await amqp.connect(`amqp://shop:secret@127.0.0.1:${broker.port}`)).close();
    await expect(amqp.connect(broker.url)).rejects.toThrow('ACCESS_REFUSED');
    await broker.stop();
  });

  it('keeps messages over restarts with the same file, and takes over what changed in it but for queues', async () => {
    const dataDir = temporaryFolder();
    const path = join(dataDir, 'definitions.json');
    const start = async (definitions: DefinitionsDocument): Promise<Broker> => {
      writeFileSync(path, JSON.stringify(definitions));
      return Broker.start({ port: 0, dataDir, definitions: path }, storeHere);
    };
    const first = await start(TOPOLOGY);
    const connection = await amqp.connect(first.url);
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue('orders', Buffer.from('kept'), { persistent: true });
    await channel.waitForConfirms();
    await connection.close();
    await first.stop();

    const policies = [{ name: 'p', vhost: '/', pattern: '^orders$', definition: { 'max-length': 9 } }];
    const second = await start({ ...TOPOLOGY, queues: [{ name: 'orders', vhost: '/' }], policies });
    expect((await second.definitions.export()).queues).toMatchObject([
      { name: 'orders', arguments: { 'x-max-length': 5 } },
    ]);
    expect(second.policies.appliedTo('queue', 'orders').definition).toEqual({ 'max-length': 9 });
    const again = await amqp.connect(second.url);
    const message = await (await again.createChannel()).get('orders');
    expect(message && message.content.toString()).toBe('kept');
    await again.close();
    await second.stop();
  });

  it('does not start with a file that is missing, no JSON, or wrong, and says where', async () => {
    expect(await startFailure('/nowhere/definitions.json')).toEqual([
      expect.stringMatching(/^definitions file \/nowhere\/definitions\.json: ENOENT/),
    ]);
    const broken = temporaryFile('broken.json', '{ "queues": [');
    expect(await startFailure(broken)).toEqual([expect.stringContaining(`definitions file ${broken}: is not JSON: `)]);
    const wrong = temporaryFile('wrong.json', '{ "queues": [{ "name": "q", "vhost": "/", "durable": "yes" }] }');
    expect(await startFailure(wrong)).toEqual([
      `definitions file ${wrong}: $.queues[0].durable: must be true or false, not "yes"`,
    ]);
  });

  it('that failed has applied nothing: the next start is a first start', async () => {
    const dataDir = temporaryFolder();
    const queues = [
      { name: 'q', vhost: '/' },
      { name: 'r', vhost: 'nope' },
    ];
    expect(await startFailure({ queues }, dataDir)).toEqual([
      "definitions: $.queues[1]: Virtual host 'nope' does not exist",
    ]);
    const broker = await Broker.start(
      { port: 0, dataDir, definitions: { users: [{ name: 'u', password: 'p' }] } },
      storeHere,
    );
    expect(broker.users.list().map(({ name }) => name)).toEqual(['u']);
    expect((await broker.definitions.export()).queues).toEqual([]);
    await broker.stop();
  });

  it('tells what could not be made of an import that had not come to its end, and starts', async () => {
    const dataDir = temporaryFolder();
    await (await Broker.start({ port: 0, dataDir }, storeHere)).stop();
    const table = Buffer.from(encodeTable(new Map())).toString('base64');
    const binding = { source: 'gone', destinationType: 'queue', destination: 'q', routingKey: '' };
    const exchange = { name: 'e', type: 'x-unknown', autoDelete: false, internal: false };
    const rows = [
      { row: { op: 'put-binding', record: { vhost: '/', ...binding, arguments: {} } }, table },
      { row: { op: 'put-exchange', record: { vhost: '/', ...exchange, arguments: {} } }, table },
      { row: { op: 'put-queue', record: { id: 1, vhost: '/', name: 'q', autoDelete: false, arguments: {} } }, table },
    ];
    const store = await SqliteStore.open({ folder: dataDir, thread: false });
    store.recover();
    const put = (name: string, value: unknown): void => {
      const record = { component: IMPORT_JOURNAL, vhost: '', name, value: JSON.stringify(value) };
      store.change({ op: 'put-parameter', record });
    };
    put('000000000', rows);
    put('decided', true);
    await store.close();

    const logger = new KeptLog();
    const broker = await Broker.start({ port: 0, dataDir, logger }, storeHere);
    expect(logger.warnings.map(({ message }) => message)).toEqual([
      "definitions of before the start: skipped: exchange 'gone' was deleted meanwhile",
      "definitions of before the start: skipped: PRECONDITION_FAILED - unknown exchange type 'x-unknown'",
    ]);
    expect((await broker.definitions.export()).queues).toMatchObject([{ name: 'q' }]);
    await broker.stop();
  });

  it('as a daemon takes the file by flag or environment, and ends with 78 and a line for each problem', async () => {
    const ON_ANY_PORT = ['--host', '127.0.0.1', '--port', '0', '--memory'];
    const good = temporaryFile('good.json', JSON.stringify(TOPOLOGY));
    const daemon = startCommand(ON_ANY_PORT, { env: { LEVERET_DEFINITIONS: good } });
    await daemon.waitForLine(`definitions file ${good}: imported`);
    await daemon.waitForLine('Server startup complete');
    daemon.child.kill('SIGTERM');
    expect((await daemon.finished).code).toBe(0);

    const bad = temporaryFile('bad.json', '{ "vhosts": [{}], "queues": 5 }');
    const { code, stderr } = await runCommand([...ON_ANY_PORT, '--definitions', bad]);
    expect(code).toBe(78);
    expect(stderr.split('\n')).toEqual([
      `leveret: definitions file ${bad}: $.vhosts[0].name: is missing; it must be a string`,
      `leveret: definitions file ${bad}: $.queues: must be an array, not 5`,
      '',
    ]);
  });
});

describe('a running broker', () => {
  it('imports JSON and exports what it has', async () => {
    const broker = await Broker.start({ port: 0 });
    expect(await broker.definitions.import(JSON.stringify(TOPOLOGY))).toEqual([]);
    const exported = await broker.definitions.export();
    expect(exported).toMatchObject(TOPOLOGY);
    expect(exported.rabbitmq_version).toBe('3.13.7');
    await expect(broker.definitions.import('{')).rejects.toThrow(DefinitionsError);
    await expect(broker.definitions.import({}, { vhost: 'nope' })).rejects.toThrow(
      "Virtual host 'nope' does not exist",
    );
    await broker.stop();
  });

  it('tells of a stop as what it is, while it reads an import and afterwards', async () => {
    const broker = await Broker.start({ port: 0 });
    const queues = Array.from({ length: 100_000 }, (_, n) => ({ name: `q${n}`, vhost: '/' }));
    const text = JSON.stringify({ queues });
    const stopped = expect(broker.definitions.import(text)).rejects.toThrow(/^the broker stopped before it was done$/);
    await broker.stop();
    await stopped;
    await expect(broker.definitions.import(text)).rejects.toThrow(/^the broker stopped before it was done$/);
  });

  it('tells of a section that stands twice, and takes the last', async () => {
    const broker = await Broker.start({ port: 0 });
    const text = JSON.stringify(TOPOLOGY).replace(/}$/, ',"bindings":[]}');
    expect(await broker.definitions.import(text)).toEqual([
      { path: '$', text: 'has "bindings" more than once: the last one counts' },
    ]);
    expect((await broker.definitions.export()).bindings).toEqual([]);
    await broker.stop();
  });
});
