import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import amqp from 'amqplib';
import { describe, expect, it } from 'vitest';
import { Broker, ConfigError, type DefinitionsDocument, DefinitionsError } from '../../../src/index.ts';
import { runCommand, startCommand } from '../../support/cli/command.ts';
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
});
