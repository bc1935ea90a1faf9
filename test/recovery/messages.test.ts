/** What becomes of messages when the broker is killed: the persistent ones are there, in order, and nothing comes back. */
import { describe, expect, onTestFinished } from 'vitest';
import { AmqpClient } from '../support/amqp-client/index.ts';
import {
  barrier,
  confirmChannel,
  drain,
  hold,
  persistent,
  range,
  settled,
  store,
} from '../support/recovery/clients.ts';
import { sharedRestarts } from '../support/recovery/shared-restarts.ts';

describe('after SIGKILL and a restart', () => {
  const scenario = sharedRestarts('SIGKILL');

  scenario('each confirmed message is there, in order, in the queues it went to', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    for (const queue of ['one', 'two', 'three']) await channel.assertQueue(queue);
    await channel.assertExchange('all', 'fanout');
    for (const queue of ['one', 'two']) await channel.bindQueue(queue, 'all', '');
    const expected: Record<string, string[]> = { one: [], two: [], three: [] };
    for (let n = 0; n < 20_000; n++) {
      const body = String(n);
      if (n % 3 === 0) {
        channel.publish('all', '', Buffer.from(body), persistent);
        for (const queue of ['one', 'two']) expected[queue].push(body);
      } else {
        const queue = n % 3 === 1 ? 'two' : 'three';
        channel.sendToQueue(queue, Buffer.from(body), persistent);
        expected[queue].push(body);
      }
    }
    await channel.waitForConfirms();
    yield;
    for (const queue of ['one', 'two', 'three']) expect(await drain(broker.url, queue)).toEqual(expected[queue]);
  });

  scenario('delivered messages are marked as redelivered, and only those', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('work');
    await store(channel, 'work', range(0, 10));
    await hold(broker.url, 'work', 4);
    await barrier(broker.url);
    yield;
    // A restart by itself delivers nothing.
    yield;
    expect(await drain(broker.url, 'work')).toEqual(['0!', '1!', '2!', '3!', '4', '5', '6', '7', '8', '9']);
  });

  scenario('a message that went back to its queue is in its place, marked as redelivered', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('work');
    await store(channel, 'work', range(0, 6));
    const held = await hold(broker.url, 'work', 4);
    held.channel.nack(held.messages[1], false, true);
    held.channel.ack(held.messages[2]);
    await settled(held.channel);
    await barrier(broker.url);
    yield;
    expect(await drain(broker.url, 'work')).toEqual(['0!', '1!', '3!', '4', '5']);
  });

  scenario(
    'what was settled before a later confirm stays settled: acknowledged, rejected, got, consumed without ack, purged',
    async function* (broker) {
      const channel = await confirmChannel(broker.url);
      for (const queue of ['acked', 'got', 'purged', 'unconfirmed']) {
        await channel.assertQueue(queue);
        await store(channel, queue, range(0, 100));
      }
      const held = await hold(broker.url, 'acked', 20);
      held.channel.ack(held.messages[9], true);
      held.channel.nack(held.messages[10], false, false);
      held.channel.reject(held.messages[11], false);
      await settled(held.channel);
      await channel.get('got', { noAck: true });
      expect((await drain(broker.url, 'unconfirmed')).length).toBe(100);
      await channel.purgeQueue('purged');
      await barrier(broker.url);
      yield;
      const redelivered = range(12, 20).map((body) => `${body}!`);
      expect(await drain(broker.url, 'acked')).toEqual([...redelivered, ...range(20, 100)]);
      expect(await drain(broker.url, 'got')).toEqual(range(1, 100));
      expect(await drain(broker.url, 'purged')).toEqual([]);
      expect(await drain(broker.url, 'unconfirmed')).toEqual([]);
    },
  );

  scenario(
    'transient messages are gone, and those between them are whole through two restarts',
    async function* (broker) {
      const channel = await confirmChannel(broker.url);
      await channel.assertQueue('mixed');
      for (let n = 0; n < 20; n++) channel.sendToQueue('mixed', Buffer.from(String(n)), { persistent: n % 2 === 0 });
      await channel.waitForConfirms();
      yield;
      // Settling the first of what was stored with gaps must not touch the next.
      const held = await hold(broker.url, 'mixed', 1);
      held.channel.ack(held.messages[0]);
      await settled(held.channel);
      await barrier(broker.url);
      yield;
      expect(await drain(broker.url, 'mixed')).toEqual(['2', '4', '6', '8', '10', '12', '14', '16', '18']);
    },
  );

  scenario('a committed transaction is whole, and one that was not committed never was', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    for (const queue of ['from', 'to']) await channel.assertQueue(queue);
    await store(channel, 'from', range(0, 4));
    const client = await AmqpClient.connect(broker.url);
    onTestFinished(() => client.destroy());
    const tx = await client.channel();
    await tx.call('tx.select');
    for (let n = 0; n < 2; n++) tx.ack((await tx.get('from'))!.deliveryTag);
    for (const body of range(0, 50)) tx.publish('to', body, { deliveryMode: 2 });
    await tx.call('tx.commit');
    tx.ack((await tx.get('from'))!.deliveryTag);
    tx.publish('to', 'not committed', { deliveryMode: 2 });
    await tx.counts('to');
    yield;
    expect((await drain(broker.url, 'from')).map((body) => body.slice(0, 1))).toEqual(['2', '3']);
    expect(await drain(broker.url, 'to')).toEqual(range(0, 50));
  });

  scenario('confirmed messages stay through many kills in a row, each with new ones', async function* (broker) {
    for (let round = 0; round < 4; round++) {
      const channel = await confirmChannel(broker.url);
      await channel.assertQueue('growing');
      await store(channel, 'growing', range(round * 100, round * 100 + 100));
      yield;
    }
    expect(await drain(broker.url, 'growing')).toEqual(range(0, 400));
  });
});
