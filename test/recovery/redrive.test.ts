/** Messages that are moved by a redrive are in one queue or the other, whenever the broker is killed. */
import { expect, test } from 'vitest';
import { confirmChannel, drain, hold, range, store } from '../support/recovery/clients.ts';
import { askDaemon } from '../support/recovery/control.ts';
import { killableBroker } from '../support/recovery/killable.ts';

test('a redrive that is killed half way loses nothing and doubles nothing', async () => {
  const broker = await killableBroker();
  const channel = await confirmChannel(broker.url);
  await channel.assertQueue('dead');
  await channel.assertQueue('alive');
  const all = range(0, 2000);
  await store(channel, 'dead', all);
  const body = JSON.stringify({ destination: { exchange: '', routing_key: 'alive' }, rate: 400 });
  await askDaemon(broker.folder, 'POST', '/api/queues/%2F/dead/redrive', body);
  // They come back when the broker is killed.
  await hold(broker.url, 'alive', 100);
  await broker.restart();
  const found = [await drain(broker.url, 'alive'), await drain(broker.url, 'dead')];
  expect(found[1].length).toBeGreaterThan(0);
  // Those that were moved are the first ones, in their order.
  expect(found.flat().map((body) => body.replace('!', ''))).toEqual(all);
});
