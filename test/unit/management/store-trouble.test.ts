/** What operators are told of a store that cannot commit: that it is the store, and why. RabbitMQ's tools hear of it as of a disk that takes nothing. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import amqp from 'amqplib';
import { expect, it, onTestFinished } from 'vitest';
import { alarmsOf, type NodeFacts } from '../../../src/cli/commands/rabbitmqctl/facts.ts';
import { Broker } from '../../../src/index.ts';
import { apiOf } from '../../support/management/api.ts';
import { storeHere } from '../../support/store-here.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it('the API, the metrics and the commands tell of a store that cannot commit, and why, until it can', async () => {
  const dataDir = temporaryFolder();
  const options = { port: 0, managementPort: 0, prometheusPort: 0, dataDir, logLevel: 'silent' } as const;
  const broker = await Broker.start(options, storeHere);
  onTestFinished(() => broker.stop());
  const ask = apiOf(broker);
  const facts = async () => ((await ask('GET', '/nodes')).json as NodeFacts[])[0];
  const check = async () => (await ask('GET', '/health/checks/alarms')).json;
  const failing = async () =>
    /^leveret_store_failing (\d)$/m.exec(
      await (await fetch(`http://127.0.0.1:${broker.prometheusPort}/metrics`)).text(),
    )?.[1];
  const client = await amqp.connect(broker.url);
  const channel = await client.createConfirmChannel();
  await channel.assertQueue('q');
  expect([await check(), await failing(), alarmsOf(await facts())]).toEqual([{ status: 'ok' }, '0', []]);

  const file = join(dataDir, 'leveret.db');
  renameSync(file, `${file}.away`);
  channel.sendToQueue('q', Buffer.from('waits'), { persistent: true });
  await expect.poll(async () => (await facts()).store_trouble).toMatch(/leveret\.db/);
  const { name, store_trouble: reason, disk_free_alarm: disk } = await facts();
  expect(disk).toBe(true);
  expect(await check()).toMatchObject({ alarms: [{ node: name, resource: 'disk' }], store_trouble: reason });
  expect([await failing(), alarmsOf(await facts())]).toEqual(['1', [`Store alarm on node ${name}: ${reason}`]]);

  renameSync(`${file}.away`, file);
  await channel.waitForConfirms();
  expect([await check(), await failing(), alarmsOf(await facts())]).toEqual([{ status: 'ok' }, '0', []]);
  await client.close();
});
