/**
 * What clients find after a broker was stopped or killed and started again on the same port and data folder, and how
 * each of them comes back by itself. Only for Leveret: a broker at LEVERET_TEST_URL is not ours to stop.
 */
import { AMQPSession, type AMQPMessage } from '@cloudamqp/amqp-client';
import { connect, type Channel, type ConsumeMessage } from 'amqplib';
import { Connection, type AsyncMessage } from 'rabbitmq-client';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { consumeInto, dropSocket, open, openChannel, texts } from '../support/interop/amqplib.ts';
import { nextEvent } from '../support/interop/events.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { restartableBroker, type RestartableBroker } from '../support/interop/restartable.ts';
import { externalUrl } from '../support/interop/target.ts';

describe.skipIf(externalUrl !== undefined)('after a restart of the broker', () => {
  let broker: RestartableBroker;

  beforeEach(async () => {
    broker = await restartableBroker();
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s amqplib finds confirmed messages in order, unacknowledged ones redelivered, and nothing transient',
    async (signal) => {
      const { connection } = await open(broker.url);
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue('durable', { durable: true });
      await channel.assertQueue('transient', { durable: false });
      await channel.assertExchange('routes', 'topic', { durable: true });
      await channel.assertExchange('fleeting', 'topic', { durable: false });
      await channel.bindQueue('durable', 'routes', 'to.#');
      for (let i = 0; i < 10; i++)
        channel.publish('routes', 'to.durable', Buffer.from(String(i)), { persistent: true });
      channel.sendToQueue('durable', Buffer.from('not persistent'), { persistent: false });
      await channel.waitForConfirms();
      const { connection: other } = await open(broker.url);
      const consumer = await other.createChannel();
      const held = await consumeInto(consumer, 'durable');
      const [first, second] = (await held.take(11)) as [ConsumeMessage, ConsumeMessage];
      consumer.ack(first);
      consumer.nack(second, false, false);
      // A round trip on the channel: the broker has taken the acknowledgements in.
      await consumer.checkExchange('routes');
      dropSocket(connection);
      dropSocket(other);
      expect(await broker.restart(signal)).toBe(signal === 'SIGTERM' ? 0 : null);

      const again = await openChannel(broker.url);
      const inbox = await consumeInto(again, 'durable');
      again.publish('routes', 'to.us', Buffer.from('the binding is back'));
      await inbox.until((messages) => messages.at(-1)?.content.toString() === 'the binding is back');
      const found = inbox.items.slice(0, -1);
      // An acknowledgement is not confirmed, so a killed broker may forget it; it never forgets a message.
      const numbers = texts(found).filter((text) => signal === 'SIGTERM' || (text !== '0' && text !== '1'));
      expect(numbers).toEqual(['2', '3', '4', '5', '6', '7', '8', '9']);
      expect(inbox.items.at(-1)?.fields.redelivered).toBe(false);
      if (signal === 'SIGTERM')
        expect(found.map((message) => message?.fields.redelivered)).toEqual(Array(8).fill(true));
      for (const probe of [
        (probed: Channel) => probed.checkQueue('transient'),
        (probed: Channel) => probed.checkExchange('fleeting'),
      ]) {
        const probed = await openChannel(broker.url);
        probed.on('error', () => {});
        await expect(probe(probed)).rejects.toThrow('NOT_FOUND');
      }
    },
  );

  test('amqplib is told by connection.close 320 that the broker stops', async () => {
    const { connection, errors } = await open(broker.url);
    const closed = nextEvent<Error | undefined>(connection, 'close');
    await broker.kill('SIGTERM');
    const reason = await closed;
    // amqplib takes a 320 for an orderly end: it tells the reason with 'close' and raises no 'error'.
    expect(reason?.message).toContain("CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
    expect(errors.items).toEqual([]);
  });

  test('amqplib with recovery comes back, and its setup with it', async () => {
    const inbox = new Inbox<ConsumeMessage | null>();
    const recovering = await connect(broker.url, {
      recovery: {
        initialDelay: 50,
        maxDelay: 200,
        setup: async (model: { createChannel(): Promise<Channel> }) => {
          const channel = await model.createChannel();
          await channel.assertQueue('recovered', { durable: true });
          await channel.consume('recovered', inbox.push, { noAck: true });
        },
      },
    });
    onTestFinished(() => recovering.close());
    recovering.on('error', () => {});
    const back = nextEvent(recovering, 'connect');
    await broker.restart('SIGKILL');
    await back;
    (await openChannel(broker.url)).sendToQueue('recovered', Buffer.from('after'));
    expect(texts([await inbox.next()])).toEqual(['after']);
  });

  test('rabbitmq-client comes back with its consumer and its publisher, and sends what failed again', async () => {
    const client = new Connection({ url: broker.url, retryLow: 50, retryHigh: 200 });
    client.on('error', () => {});
    onTestFinished(() => client.close());
    const inbox = new Inbox<AsyncMessage>();
    const props = { queue: 'tasks', queueOptions: { durable: true } };
    const consumer = client.createConsumer(props, (message) => {
      inbox.push(message);
    });
    consumer.on('error', () => {});
    onTestFinished(() => consumer.close());
    await nextEvent(consumer, 'ready');
    const publisher = client.createPublisher({ confirm: true, maxAttempts: 20 });
    onTestFinished(() => publisher.close());
    await publisher.send({ routingKey: 'tasks', durable: true }, 'before');
    expect((await inbox.next()).body).toBe('before');
    const ready = nextEvent(consumer, 'ready');
    await broker.restart('SIGKILL');
    await ready;
    await publisher.send({ routingKey: 'tasks', durable: true }, 'after');
    await inbox.until((messages) => messages.at(-1)?.body === 'after');
  });

  test("@cloudamqp/amqp-client's session comes back with its subscription", async () => {
    const session = await AMQPSession.connect(broker.url, {
      reconnectInterval: 50,
      maxReconnectInterval: 200,
      logger: null,
    });
    onTestFinished(() => session.stop());
    const queue = await session.queue('tasks', { durable: true });
    const inbox = new Inbox<string | null>();
    await queue.subscribe({ prefetch: 10 }, (message: AMQPMessage) => inbox.push(message.bodyString()));
    await queue.publish('before');
    expect(await inbox.next()).toBe('before');
    await broker.restart('SIGTERM');
    const channel = await openChannel(broker.url);
    channel.sendToQueue('tasks', Buffer.from('after'), { persistent: true });
    await inbox.until((bodies) => bodies.at(-1) === 'after');
  });
});
