/** RabbitMQ: Blocked Connection Notifications, Memory and Disk Alarms. */
import { expect, test } from 'vitest';
import { AmqpClient } from '../support/amqp-client/index.ts';

const BUDGET = 8 * 1024 * 1024;
const BODY = Buffer.alloc(100_000);

// A broker that others use must not run out of memory for a test. RabbitMQ's behaviour was read in its source (rabbit_reader, rabbit_alarm).
test.skipIf(process.env['LEVERET_TEST_URL'] !== undefined)(
  'connection.blocked/alarm: who publishes while memory is low is told, and told again when it is not; consumers go on',
  async () => {
    const { Broker } = await import('../../src/index.ts');
    await using broker = await Broker.start({ port: 0, memoryBudget: BUDGET });
    const publisher = await AmqpClient.connect(broker.url);
    const publishing = await publisher.channel();
    const consumer = await AmqpClient.connect(broker.url);
    const consuming = await consumer.channel();
    const queue = await consuming.queue('', { exclusive: false });
    const bystander = await AmqpClient.connect(broker.url);

    await publishing.call('confirm.select');
    const blocked = publisher.expect('connection.blocked');
    let told = false;
    void blocked.then(() => (told = true));
    let published = 0;
    while (!told) {
      publishing.publish(queue, BODY);
      published++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await blocked).toMatchObject({ reason: 'low on memory' });
    // Not read until it is cleared, but not lost either.
    publishing.publish(queue, 'the last');

    // Those that do not publish are served, and hear nothing.
    await (await bystander.channel()).queue();
    await consuming.consume(queue, { noAck: true });
    for (let n = 0; n < published; n++) expect((await consuming.delivery()).body.length).toBe(BODY.length);
    await publisher.expect('connection.unblocked');
    expect((await consuming.delivery()).body).toBe('the last');
    for (const client of [publisher, consumer, bystander]) await client.close();
  },
);

test.skipIf(process.env['LEVERET_TEST_URL'] !== undefined)(
  'connection.blocked/in-midst: the first message that somebody publishes meanwhile is taken when it is over, one without a body at once',
  async () => {
    const { Broker } = await import('../../src/index.ts');
    await using broker = await Broker.start({ port: 0, memoryBudget: BUDGET });
    const clients = await Promise.all(Array.from({ length: 3 }, () => AmqpClient.connect(broker.url)));
    const [filling, withBody, without] = await Promise.all(clients.map((client) => client.channel()));
    const [full, queue] = [
      await filling.queue('', { exclusive: false }),
      await filling.queue('', { exclusive: false }),
    ];
    const blocked = clients[0].expect('connection.blocked');
    for (let n = 0; n < 2 * (BUDGET / BODY.length); n++) filling.publish(full, BODY);
    await blocked;

    const other = await AmqpClient.connect(broker.url);
    withBody.publish(queue, 'held');
    await clients[1].expect('connection.blocked');
    without.publish(queue, '');
    await clients[2].expect('connection.blocked');
    const looking = await other.channel();
    expect(await looking.call('queue.declare', { queue, passive: true })).toMatchObject({ messageCount: 1 });
    await looking.call('queue.purge', { queue: full });
    await Promise.all(clients.map((client) => client.expect('connection.unblocked')));
    await withBody.call('channel.flow', { active: true });
    expect(await looking.call('queue.declare', { queue, passive: true })).toMatchObject({ messageCount: 2 });
    for (const client of [...clients, other]) await client.close();
  },
);

test.skipIf(process.env['LEVERET_TEST_URL'] !== undefined)(
  'connection.blocked/capability: a client that cannot hear of it is held back without a word',
  async () => {
    const { Broker } = await import('../../src/index.ts');
    await using broker = await Broker.start({ port: 0, memoryBudget: BUDGET });
    const plain = await AmqpClient.connect(broker.url, { capabilities: {} });
    const publishing = await plain.channel();
    const consumer = await AmqpClient.connect(broker.url);
    const consuming = await consumer.channel();
    const queue = await consuming.queue('', { exclusive: false });
    for (let n = 0; n < 200; n++) publishing.publish(queue, BODY);
    await consuming.consume(queue, { noAck: true });
    for (let n = 0; n < 200; n++) await consuming.delivery();
    await publishing.call('channel.flow', { active: true });
    expect(plain.inbox.peek(0)).toEqual([]);
    for (const client of [plain, consumer]) await client.close();
  },
);
