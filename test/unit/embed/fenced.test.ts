/** A broker whose store is another node's by now: it lets its clients go, and ends. */
import { expect, test } from 'vitest';
import { Broker } from '../../../src/embed/broker.ts';
import { StoreError } from '../../../src/store/store.ts';
import { AmqpClient } from '../../support/amqp-client/index.ts';
import { DurableStore } from '../../support/durable-store.ts';

test('a broker whose store another node has closes its connections with 320, says why, and has ended', async () => {
  const store = new DurableStore();
  const openStore = () => Promise.resolve({ store, scratch: undefined });
  const broker = await Broker.start({ port: 0 }, { openStore });
  const client = await AmqpClient.connect(broker.url);
  const channel = await client.channel();
  await channel.call('queue.declare', { queue: 'q', durable: true });

  store.fence('node b has taken it over');
  await client.expectClose(320, /shutdown/);
  const reason = new StoreError('This broker has its store no more, and has ended: node b has taken it over.');
  await expect(broker.closed).rejects.toThrow(reason);
  await expect(AmqpClient.connect(broker.url)).rejects.toThrow();
  await expect(broker.stop()).rejects.toThrow(StoreError);
});

test('a broker that could open no store does not start, and says why', async () => {
  const openStore = () => Promise.reject(new StoreError('No database answers.'));
  await expect(Broker.start({ port: 0 }, { openStore })).rejects.toThrow(new StoreError('No database answers.'));
});
