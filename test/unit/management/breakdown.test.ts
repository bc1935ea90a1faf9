/** What went through a queue, an exchange and a channel, told apart: as RabbitMQ has it with `rates_mode` detailed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { type AmqpChannel, AmqpClient } from '../../support/amqp-client/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;
let client: AmqpClient;
let publisher: AmqpChannel;
let consumer: AmqpChannel;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
  client = await AmqpClient.connect(broker.url);
  [publisher, consumer] = [await client.channel(), await client.channel()];
});
afterAll(async () => {
  client.destroy();
  await broker.stop();
});

interface Part {
  readonly stats: Readonly<Record<string, number | { readonly rate: number }>>;
  readonly exchange?: object;
  readonly queue?: object;
  readonly channel_details?: { readonly name: string; readonly number: number; readonly user: string };
}

/** The parts of that name, each with where it came from or went to and the counters that are not zero. */
async function parts(path: string, name: string): Promise<unknown[]> {
  const { json } = await ask('GET', path);
  return (json as Record<string, Part[]>)[name].map(({ stats, exchange, queue, channel_details: channel }) => [
    exchange ?? queue ?? channel!.number,
    Object.fromEntries(Object.entries(stats).filter(([, count]) => typeof count === 'number' && count > 0)),
  ]);
}

it('tells apart by exchange, queue and channel what was published, confirmed, delivered and acknowledged', async () => {
  await publisher.exchange('fan', 'fanout');
  await publisher.queue('a');
  await publisher.queue('b');
  await publisher.bind('a', 'fan');
  await publisher.bind('b', 'fan');
  await publisher.call('confirm.select');
  for (let n = 0; n < 3; n++) publisher.publish('', 'x', { exchange: 'fan' }).publish('a', 'x');
  publisher.publish('nowhere', 'x');
  await publisher.confirmed(1, 7);
  await consumer.consume('a');
  await consumer.deliveries(6);
  consumer.ack(2, true);
  await consumer.get('b', true);
  await consumer.call('basic.qos', { prefetchCount: 0 });

  const [fan, none] = ['fan', ''].map((name) => ({ name, vhost: '/' }));
  const [a, b] = ['a', 'b'].map((name) => ({ name, vhost: '/' }));
  const channels = (await ask('GET', '/channels?sort=number')).json as { name: string }[];
  const path = (number: 1 | 2): string => `/channels/${encodeURIComponent(channels[number - 1].name)}`;
  expect(await parts(path(1), 'publishes')).toEqual([
    [none, { publish: 4, confirm: 4, drop_unroutable: 1 }],
    [fan, { publish: 3, confirm: 3 }],
  ]);
  expect(await parts(path(1), 'deliveries')).toEqual([]);
  expect(await parts(path(2), 'deliveries')).toEqual([
    [a, { deliver: 6, deliver_get: 6, ack: 2 }],
    [b, { get_no_ack: 1, deliver_get: 1 }],
  ]);
  expect(await parts('/queues/%2F/a', 'incoming')).toEqual([
    [fan, { publish: 3 }],
    [none, { publish: 3 }],
  ]);
  expect(await parts('/queues/%2F/a', 'deliveries')).toEqual([[2, { deliver: 6, deliver_get: 6, ack: 2 }]]);
  expect(await parts('/exchanges/%2F/fan', 'incoming')).toEqual([[1, { publish: 3, confirm: 3 }]]);
  expect(await parts('/exchanges/%2F/fan', 'outgoing')).toEqual([
    [a, { publish: 3 }],
    [b, { publish: 3 }],
  ]);
});

it('forgets what is gone, and counts from zero for what comes by its name', async () => {
  await consumer.queue('short');
  consumer.publish('short', 'x');
  await consumer.call('basic.qos', { prefetchCount: 0 });
  expect(await parts('/queues/%2F/short', 'incoming')).toHaveLength(1);
  await consumer.call('queue.delete', { queue: 'short' });
  await consumer.queue('short');
  const names = (await parts('/exchanges/%2F/amq.default', 'outgoing')).map((part) => (part as [object])[0]);
  expect(names).not.toContainEqual({ name: 'short', vhost: '/' });
  expect(await parts('/queues/%2F/short', 'incoming')).toEqual([]);
});

it('has rates from when somebody asks', async () => {
  await using own = await Broker.start({ port: 0, managementPort: 0 });
  const get = apiOf(own);
  const busy = await AmqpClient.connect(own.url);
  const channel = await busy.channel();
  await channel.queue('q');
  channel.publish('q', 'x');
  await channel.get('q', true);
  const rate = async (): Promise<number> => {
    const { json } = await get('GET', '/queues/%2F/q');
    return ((json as { incoming: Part[] }).incoming[0].stats.publish_details as { rate: number }).rate;
  };
  expect(await rate()).toBe(0);
  channel.publish('q', 'x').publish('q', 'x');
  await channel.get('q', true);
  await expect.poll(rate).toBeGreaterThan(0);
  busy.destroy();
});
