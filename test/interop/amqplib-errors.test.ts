/** amqplib (promise API): the broker's errors as the client's own error objects, and what of it lives on. */
import { once } from 'node:events';
import { connect, credentials, type Channel } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { consumeInto, open, openChannel } from '../support/interop/amqplib.ts';
import { nextEvent } from '../support/interop/events.ts';
import { deleteExchangesAfterTest, deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { useTarget } from '../support/interop/target.ts';
import { RABBITMQ_PROPERTIES } from '../support/server-properties.ts';

const target = useTarget();

interface ReplyError extends Error {
  readonly code: number;
  readonly classId: number;
  readonly methodId: number;
}

/** The error a channel reports for an operation; whether the operation itself also rejects is the client's affair. */
async function channelError(channel: Channel, operation: () => unknown): Promise<ReplyError> {
  const reported = nextEvent<ReplyError>(channel, 'error');
  const rejected = Promise.resolve(operation()).catch(() => {});
  const error = await reported;
  await rejected;
  return error;
}

describe('a channel of amqplib is closed', () => {
  test('with 404 for a queue or an exchange that is not there, and its connection goes on', async () => {
    const { connection } = await open(target.url);
    const name = uniqueName('missing');
    const attempts: [string, (channel: Channel) => unknown, number, number][] = [
      [`no queue '${name}' in vhost '/'`, (channel) => channel.checkQueue(name), 50, 10],
      [`no exchange '${name}' in vhost '/'`, (channel) => channel.checkExchange(name), 40, 10],
      [`no queue '${name}' in vhost '/'`, (channel) => channel.consume(name, () => {}), 60, 20],
      [`no exchange '${name}' in vhost '/'`, (channel) => channel.publish(name, '', Buffer.of()), 60, 40],
    ];
    for (const [text, operation, classId, methodId] of attempts) {
      const channel = await connection.createChannel();
      const error = await channelError(channel, () => operation(channel));
      expect(error.message).toContain(`"NOT_FOUND - ${text}"`);
      expect(error).toMatchObject({ code: 404, classId, methodId });
    }
    const channel = await connection.createChannel();
    expect(await channel.assertQueue('', { exclusive: true })).toMatchObject({ messageCount: 0 });
  });

  test('with 406 for another declaration of the same name', async () => {
    const { connection } = await open(target.url);
    const queue = uniqueName('declared');
    const exchange = uniqueName('declared');
    deleteQueuesAfterTest(target.url, queue);
    deleteExchangesAfterTest(target.url, exchange);
    const declarer = await connection.createChannel();
    await declarer.assertQueue(queue, { durable: true, arguments: { 'x-max-length': 10 } });
    await declarer.assertQueue(queue, { durable: true, arguments: { 'x-max-length': 10 } });
    await declarer.assertExchange(exchange, 'direct', { durable: true });
    const first = await connection.createChannel();
    const durable = await channelError(first, () => first.assertQueue(queue, { durable: false }));
    expect(durable.code).toBe(406);
    expect(durable.message).toContain(
      `PRECONDITION_FAILED - inequivalent arg 'durable' for queue '${queue}' in vhost '/': received 'false' but current is 'true'`,
    );
    const second = await connection.createChannel();
    const type = await channelError(second, () => second.assertExchange(exchange, 'fanout', { durable: true }));
    expect(type.code).toBe(406);
    expect(type.message).toContain(
      `inequivalent arg 'type' for exchange '${exchange}' in vhost '/': received 'fanout' but current is 'direct'`,
    );
  });

  test('with 406 for acknowledging twice, and what it held is given to others', async () => {
    const { connection } = await open(target.url);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const text of ['a', 'b']) channel.sendToQueue(queue, Buffer.from(text));
    const first = await channel.get(queue);
    const second = await channel.get(queue);
    if (first === false || second === false) throw new Error('The queue is empty.');
    channel.ack(first);
    const error = await channelError(channel, () => channel.ack(first));
    expect(error).toMatchObject({ code: 406, classId: 60, methodId: 80 });
    expect(error.message).toContain('PRECONDITION_FAILED - unknown delivery tag 1');
    const inbox = await consumeInto(await connection.createChannel(), queue, { noAck: true });
    const again = await inbox.next();
    expect(again?.content.toString()).toBe('b');
    expect(again?.fields.redelivered).toBe(true);
  });

  test("with 405 for another connection's exclusive queue, which may still be published to", async () => {
    const owner = await openChannel(target.url);
    const { queue } = await owner.assertQueue(uniqueName('owned'), { exclusive: true });
    const { connection } = await open(target.url);
    for (const operation of [
      (channel: Channel) => channel.consume(queue, () => {}),
      (channel: Channel) => channel.checkQueue(queue),
      (channel: Channel) => channel.deleteQueue(queue),
      (channel: Channel) => channel.assertQueue(queue, { exclusive: true }),
    ]) {
      const channel = await connection.createChannel();
      const error = await channelError(channel, () => operation(channel));
      expect(error.code).toBe(405);
      expect(error.message).toContain(`RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '${queue}'`);
    }
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(queue, Buffer.from('welcome'));
    await channel.waitForConfirms();
    expect(await owner.get(queue, { noAck: true })).toMatchObject({ content: Buffer.from('welcome') });
  });

  test('with 403 for reserved names, the default exchange and a second exclusive consumer', async () => {
    const { connection } = await open(target.url);
    const declarer = await connection.createChannel();
    const { queue } = await declarer.assertQueue('', { exclusive: true });
    await declarer.consume(queue, () => {}, { exclusive: true });
    const attempts: [string, (channel: Channel) => unknown][] = [
      ["queue name 'amq.mine' contains reserved prefix 'amq.*'", (channel) => channel.assertQueue('amq.mine')],
      [
        "exchange name 'amq.mine' contains reserved prefix 'amq.*'",
        (channel) => channel.assertExchange('amq.mine', 'topic'),
      ],
      ['operation not permitted on the default exchange', (channel) => channel.bindQueue(queue, '', 'key')],
      [`queue '${queue}' in vhost '/' in exclusive use`, (channel) => channel.consume(queue, () => {})],
    ];
    for (const [text, operation] of attempts) {
      const channel = await connection.createChannel();
      const error = await channelError(channel, () => operation(channel));
      expect(error.code).toBe(403);
      expect(error.message).toContain(`ACCESS_REFUSED - ${text}`);
    }
  });

  test('with 406 for deleting a queue in use if unused, or a full one if empty', async () => {
    const { connection } = await open(target.url);
    const declarer = await connection.createChannel();
    const { queue } = await declarer.assertQueue('', { exclusive: true });
    declarer.sendToQueue(queue, Buffer.from('x'));
    await declarer.checkQueue(queue);
    const first = await connection.createChannel();
    const notEmpty = await channelError(first, () => first.deleteQueue(queue, { ifEmpty: true }));
    expect(notEmpty.message).toContain(`PRECONDITION_FAILED - queue '${queue}' in vhost '/' not empty`);
    await declarer.consume(queue, () => {}, { noAck: true });
    const second = await connection.createChannel();
    const inUse = await channelError(second, () => second.deleteQueue(queue, { ifUnused: true }));
    expect(inUse.message).toContain(`PRECONDITION_FAILED - queue '${queue}' in vhost '/' in use`);
  });

  test('and what it had not confirmed is rejected', async () => {
    const { connection } = await open(target.url);
    const channel = await connection.createConfirmChannel();
    const error = nextEvent<ReplyError>(channel, 'error');
    channel.publish(uniqueName('missing'), '', Buffer.from('x'));
    await expect(channel.waitForConfirms()).rejects.toThrow(/channel closed/i);
    expect((await error).code).toBe(404);
  });
});

describe('a connection of amqplib', () => {
  test('is closed with 530 for a consumer tag used twice, and its error says so', async () => {
    const { connection, errors } = await open(target.url);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.consume(queue, () => {}, { consumerTag: 'twice' });
    const closed = nextEvent(connection, 'close');
    await expect(channel.consume(queue, () => {}, { consumerTag: 'twice' })).rejects.toThrow();
    const error = await errors.next();
    expect(error.code).toBe(530);
    expect(error.message).toContain("NOT_ALLOWED - attempt to reuse consumer tag 'twice'");
    await closed;
  });

  test('is refused with a wrong password and a vhost that is not there', async () => {
    const wrong = new URL(target.url);
    wrong.password = 'wrong';
    await expect(connect(wrong.href)).rejects.toThrow(
      /ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN/,
    );
    const nowhere = new URL(target.url);
    nowhere.pathname = '/nowhere';
    await expect(connect(nowhere.href)).rejects.toThrow(/Expected ConnectionOpenOk; got <ConnectionClose/);
  });

  test('logs in by AMQPLAIN as by PLAIN', async () => {
    const { hostname, port } = new URL(target.url);
    const connection = await connect(
      { hostname, port: Number(port || 5672) },
      { credentials: credentials.amqplain('guest', 'guest') },
    );
    const channel = await connection.createChannel();
    expect(await channel.checkExchange('amq.topic')).toEqual({});
    await connection.close();
  });

  test('agrees on the heartbeat, the frame size and the number of channels it asked for', async () => {
    const { connection } = await open(`${target.url}?heartbeat=1&frameMax=8192&channelMax=2`);
    const tuned = connection.connection as unknown as { heartbeat: number; frameMax: number; channelMax: number };
    expect(tuned).toMatchObject({ heartbeat: 1, frameMax: 8192, channelMax: 2 });
    await connection.createChannel();
    await connection.createChannel();
    await expect(connection.createChannel()).rejects.toThrow();
  });

  test('stays open by heartbeats alone when nothing else is said for over two intervals', async () => {
    const { connection, errors } = await open(`${target.url}?heartbeat=1`);
    // The client's timer closes a connection on which it heard nothing for two intervals: eight of the broker's
    // beats and no error prove that the broker sends them and that it counts the client's.
    const { stream } = connection.connection as unknown as { stream: NodeJS.ReadableStream };
    for (let beat = 0; beat < 8; beat++) await once(stream, 'readable');
    const channel = await connection.createChannel();
    expect(await channel.checkExchange('amq.direct')).toEqual({});
    expect(errors.items).toEqual([]);
  });

  test("takes the broker for RabbitMQ by its server properties and finds RabbitMQ's capabilities", async () => {
    const { connection } = await open(target.url);
    const properties = connection.connection.serverProperties as unknown as Record<string, unknown>;
    expect(properties).toMatchObject(RABBITMQ_PROPERTIES);
    expect(properties['version']).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('may renew its secret', async () => {
    const { connection } = await open(target.url);
    const renewed = once(connection, 'update-secret-ok');
    await connection.updateSecret(Buffer.from('guest'), 'because it can');
    await renewed;
    expect(await (await connection.createChannel()).checkExchange('amq.fanout')).toEqual({});
  });
});
