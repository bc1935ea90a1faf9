/** amqplib's callback API: the same client through its other door, which many older applications use. */
import { connect, type Channel, type ConfirmChannel, type Connection, type Message } from 'amqplib/callback_api';
import { expect, onTestFinished, test } from 'vitest';
import { nextEvent } from '../support/interop/events.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { useTarget } from '../support/interop/target.ts';

const target = useTarget();

/** Runs a function that takes a node-style callback last, as a promise. */
function call<T>(operation: (done: (error: unknown, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    operation((error, value) => {
      if (error) reject(error instanceof Error ? error : new Error('The operation failed.', { cause: error }));
      else resolve(value);
    });
  });
}

async function open(): Promise<Connection> {
  const connection = await call<Connection>((done) => connect(target.url, done));
  let closed = false;
  connection.on('close', () => (closed = true));
  onTestFinished(() => {
    if (!closed) return call<void>((done) => connection.close((error) => done(error, undefined)));
  });
  return connection;
}

const channelOf = (connection: Connection): Promise<Channel> => call<Channel>((done) => connection.createChannel(done));

test('a durable work queue hands out persistent tasks and takes acknowledgements through callbacks', async () => {
  const connection = await open();
  const channel = await channelOf(connection);
  const queue = uniqueName('callback');
  deleteQueuesAfterTest(target.url, queue);
  const ok = await call((done) => channel.assertQueue(queue, { durable: true }, done));
  expect(ok).toEqual({ queue, messageCount: 0, consumerCount: 0 });
  await call((done) => channel.prefetch(1, false, done));
  for (const task of ['one', 'two', 'three']) channel.sendToQueue(queue, Buffer.from(task), { persistent: true });
  const done: string[] = [];
  await new Promise<void>((resolve) => {
    channel.consume(queue, (message) => {
      if (message === null) return;
      done.push(message.content.toString());
      channel.ack(message);
      if (done.length === 3) resolve();
    });
  });
  expect(done).toEqual(['one', 'two', 'three']);
  await call<void>((closed) => channel.close((error) => closed(error, undefined)));
  const again = await channelOf(connection);
  expect(await call((got) => again.get(queue, {}, got))).toBe(false);
});

test('a topic exchange and a server-named queue serve a subscriber through callbacks', async () => {
  const channel = await channelOf(await open());
  const exchange = uniqueName('callback');
  await call((done) => channel.assertExchange(exchange, 'topic', { durable: false, autoDelete: true }, done));
  const { queue } = await call<{ queue: string }>((done) => channel.assertQueue('', { exclusive: true }, done));
  await call((done) => channel.bindQueue(queue, exchange, 'kern.*', {}, done));
  const inbox = new Inbox<Message | null>();
  await call((done) => channel.consume(queue, inbox.push, { noAck: true }, done));
  channel.publish(exchange, 'cron.critical', Buffer.from('not for us'));
  channel.publish(exchange, 'kern.critical', Buffer.from('for us'));
  expect((await inbox.next())?.content.toString()).toBe('for us');
  await call((done) => channel.deleteQueue(queue, {}, done));
  expect(await inbox.next()).toBeNull();
});

test('remote procedures are called by direct reply-to through callbacks', async () => {
  const connection = await open();
  const server = await channelOf(connection);
  const { queue } = await call<{ queue: string }>((done) => server.assertQueue('', { exclusive: true }, done));
  server.consume(queue, (request) => {
    if (request === null) return;
    const { replyTo, correlationId } = request.properties as { replyTo: string; correlationId: string };
    server.sendToQueue(replyTo, Buffer.from(request.content.toString().toUpperCase()), { correlationId });
    server.ack(request);
  });
  const client = await channelOf(connection);
  const replies = new Inbox<Message | null>();
  await call((done) => client.consume('amq.rabbitmq.reply-to', replies.push, { noAck: true }, done));
  client.sendToQueue(queue, Buffer.from('shout'), { replyTo: 'amq.rabbitmq.reply-to', correlationId: '1' });
  const reply = await replies.next();
  expect([reply?.content.toString(), reply?.properties.correlationId]).toEqual(['SHOUT', '1']);
});

test('each message is confirmed to its own callback, and a mandatory one is returned before', async () => {
  const connection = await open();
  const channel = await call<ConfirmChannel>((done) => connection.createConfirmChannel(done));
  const { queue } = await call<{ queue: string }>((done) => channel.assertQueue('', { exclusive: true }, done));
  const seen = new Inbox<string>();
  channel.on('return', (message) => seen.push(`returned ${message.content.toString()}`));
  const confirm = (label: string) => (error: unknown) =>
    seen.push(`${error === null ? 'confirmed' : 'refused'} ${label}`);
  for (let i = 0; i < 50; i++) channel.sendToQueue(queue, Buffer.from(String(i)), {}, confirm(String(i)));
  channel.publish('', uniqueName('nowhere'), Buffer.from('lost'), { mandatory: true }, confirm('lost'));
  const all = await seen.take(52);
  for (let i = 0; i < 50; i++) expect(all).toContain(`confirmed ${i}`);
  expect(all.indexOf('returned lost')).toBeLessThan(all.indexOf('confirmed lost'));
  await call<void>((done) => channel.waitForConfirms((error?: unknown) => done(error, undefined)));
});

test('a channel error arrives at the callback and as an event with its code, and the connection goes on', async () => {
  const connection = await open();
  const channel = await channelOf(connection);
  const reported = nextEvent<Error & { code: number }>(channel, 'error');
  const name = uniqueName('missing');
  const failed = call((done) => channel.checkQueue(name, done));
  await expect(failed).rejects.toThrow(`NOT_FOUND - no queue '${name}' in vhost '/'`);
  expect((await reported).code).toBe(404);
  const again = await channelOf(connection);
  expect(await call((done) => again.checkExchange('amq.topic', done))).toEqual({});
});
