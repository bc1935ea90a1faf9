/** A vhost that is traced: what clients publish and are given is told to amq.rabbitmq.trace (RabbitMQ: Firehose Tracer). */
import { hostname } from 'node:os';
import amqp from 'amqplib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;
let client: amqp.ChannelModel;
let channel: amqp.ConfirmChannel;

beforeEach(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
  client = await amqp.connect(broker.url);
  channel = await client.createConfirmChannel();
  await channel.assertQueue('q');
  await channel.bindQueue('q', 'amq.direct', 'key');
  await channel.assertQueue('traced');
  await channel.bindQueue('traced', 'amq.rabbitmq.trace', '#');
});
afterEach(async () => {
  await client.close();
  await broker.stop();
});

const trace = (on: boolean): Promise<unknown> => ask('PUT', '/vhosts/%2F', { body: { tracing: on } });

const publish = async (key: string, text: string): Promise<void> => {
  channel.publish('amq.direct', key, Buffer.from(text), { priority: 3, headers: { CC: ['more'], n: 1 } });
  await channel.waitForConfirms();
};

const told = async (): Promise<amqp.GetMessage[]> => {
  const messages: amqp.GetMessage[] = [];
  for (;;) {
    const message = await channel.get('traced', { noAck: true });
    if (message === false) return messages;
    messages.push(message);
  }
};

it('tells what is published and delivered, by whom and where to, with the body', async () => {
  await trace(true);
  expect(await ask('GET', '/vhosts/%2F?columns=tracing')).toMatchObject({ json: { tracing: true } });
  await publish('key', 'one');
  const got = (await channel.get('q')) as amqp.GetMessage;
  channel.nack(got);
  channel.ack((await channel.get('q')) as amqp.GetMessage);
  const whose = {
    exchange_name: 'amq.direct',
    routing_keys: ['key', 'more'],
    properties: { headers: { CC: ['more'], n: 1 }, priority: 3 },
    node: `rabbit@${hostname().split('.')[0]}`,
    vhost: '/',
    connection: expect.stringMatching(/^127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/) as string,
    channel: 1,
    user: 'guest',
  };
  const seen = (await told()).map(({ fields, properties, content }) => ({
    key: fields.routingKey,
    headers: properties.headers,
    text: content.toString(),
  }));
  expect(seen).toEqual([
    { key: 'publish.amq.direct', headers: { ...whose, routed_queues: ['q'] }, text: 'one' },
    { key: 'deliver.q', headers: { ...whose, redelivered: 0 }, text: 'one' },
    { key: 'deliver.q', headers: { ...whose, redelivered: 1 }, text: 'one' },
  ]);
});

it('tells what no queue takes, and nothing of its own messages', async () => {
  await trace(true);
  await publish('nobody', 'lost');
  const [lost, ...others] = await told();
  expect(lost.properties.headers).toMatchObject({ routed_queues: [], routing_keys: ['nobody', 'more'] });
  expect(others).toEqual([]);
  expect(await told()).toEqual([]);
});

it('tells nothing once it is turned off, nor of another vhost', async () => {
  await ask('PUT', '/vhosts/other', { body: { tracing: true } });
  await publish('key', 'before');
  await trace(true);
  await trace(false);
  await publish('key', 'after');
  expect(await told()).toEqual([]);
});
