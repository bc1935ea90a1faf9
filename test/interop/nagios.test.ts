/** The checks of nagios-plugins-rabbitmq (Debian) against the HTTP API: programs in Perl that many set-ups are watched by. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { AmqpClient } from '../support/amqp-client/index.ts';
import { describeClient } from '../support/interop/programs.ts';
import { databaseOfTest } from '../support/interop/target.ts';
import { run } from '../support/processes/run.ts';

const missing = existsSync('/usr/bin/check_rabbitmq_overview')
  ? undefined
  : 'The checks are not installed (Debian: nagios-plugins-rabbitmq).';

describeClient('nagios-plugins-rabbitmq', { missing }, () => {
  let broker: Broker;
  let client: AmqpClient;

  const check = async (name: string, ...args: string[]): Promise<[number | null, string]> => {
    const where = ['-H', '127.0.0.1', '--port', String(broker.managementPort), '-u', 'guest', '-p', 'guest'];
    const { code, stdout } = await run(`check_rabbitmq_${name}`, [...where, ...args]);
    return [code, stdout.toString().trim()];
  };

  beforeAll(async () => {
    broker = await Broker.start({ port: 0, store: databaseOfTest(), managementPort: 0 });
    client = await AmqpClient.connect(broker.url);
    const channel = await client.channel();
    await channel.queue('jobs');
    channel.publish('jobs', 'one').publish('jobs', 'two');
    await channel.consume('jobs', { noAck: false });
    await channel.deliveries(2);
  });

  afterAll(async () => {
    client.destroy();
    await broker.stop();
  });

  test('the broker lives', async () => {
    expect(await check('aliveness')).toEqual([0, 'RABBITMQ_ALIVENESS OK - vhost: /']);
  });

  test('the overview has its numbers, and limits count', async () => {
    const [code, text] = await check('overview', '-w', '10,10,10', '-c', '20,20,20');
    expect([code, text]).toEqual([
      0,
      'RABBITMQ_OVERVIEW OK - messages OK (2) messages_ready OK (0) messages_unacknowledged OK (2) | messages=2;10;20 messages_ready=0;10;20 messages_unacknowledged=2;10;20',
    ]);
    expect((await check('overview', '-w', '1,10,10', '-c', '20,20,20'))[0]).toBe(1);
    expect((await check('overview', '-w', '1,1,1', '-c', '1,1,1'))[0]).toBe(2);
  });

  test('a queue has its messages and consumers', async () => {
    const [code, text] = await check('queue', '--queue', 'jobs');
    expect([code, text.split(' | ')[1]]).toEqual([
      0,
      'messages=2;; messages_ready=0;; messages_unacknowledged=2;; consumers=1;;',
    ]);
    expect(await check('queue', '--queue', 'nope')).toEqual([2, expect.stringContaining('CRITICAL - Not Found')]);
  });

  test('the connections and the objects are counted', async () => {
    expect(await check('connections')).toEqual([
      0,
      expect.stringContaining('connections OK (1) connections_notrunning OK (0)'),
    ]);
    // It takes the index of the last of a list for its length: there are seven exchanges.
    expect(await check('objects')).toEqual([0, expect.stringContaining('exchange=6;;')]);
  });

  test.each(['server', 'partition', 'watermark'])('the node is well: %s', async (name) => {
    const node = hostname().split('.')[0];
    const [code, text] = await check(name, '-n', node);
    expect([code, text]).toEqual([0, expect.stringMatching(/ OK\b/)]);
  });
});
