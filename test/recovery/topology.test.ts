/** What becomes of exchanges, queues and bindings: the durable ones come back as they were declared. */
import { describe, expect } from 'vitest';
import { open, openChannel } from '../support/interop/amqplib.ts';
import { drain, exists, refusal } from '../support/recovery/clients.ts';
import { type SharedBroker, sharedRestarts } from '../support/recovery/shared-restarts.ts';

/** A queue with an argument of every kind. */
const QUEUE_ARGUMENTS = {
  'x-message-ttl': 60_000,
  'x-dead-letter-exchange': 'dlx',
  'x-max-priority': 5,
  'x-own': ['a', 1, true],
};

describe.each(['crash', 'stop'] as const)('after a %s and a restart', (end) => {
  const scenario = sharedRestarts(end);

  scenario('durable exchanges of all types are what they were declared as', async function* (broker) {
    const channel = await openChannel(broker.url);
    const declared: [name: string, type: string, options: object][] = [
      ['d', 'direct', {}],
      ['f', 'fanout', { internal: true }],
      ['t', 'topic', { autoDelete: true }],
      ['h', 'headers', { alternateExchange: 'f' }],
    ];
    for (const [name, type, options] of declared) await channel.assertExchange(name, type, options);
    yield;
    for (const [name, type, options] of declared) {
      expect(await refusal(broker.url, (again) => again.assertExchange(name, type, options))).toBeUndefined();
      for (const other of [
        { internal: !('internal' in options) },
        { autoDelete: !('autoDelete' in options) },
        { durable: false },
      ]) {
        expect(await refusal(broker.url, (again) => again.assertExchange(name, type, { ...options, ...other }))).toBe(
          406,
        );
      }
    }
    const other = (again: Awaited<ReturnType<typeof openChannel>>) =>
      again.assertExchange('h', 'headers', { alternateExchange: 'd' });
    expect(await refusal(broker.url, other)).toBe(406);
  });

  scenario('durable queues have their arguments and flags', async function* (broker) {
    const channel = await openChannel(broker.url);
    await channel.assertQueue('plain');
    await channel.assertQueue('rich', { autoDelete: true, arguments: QUEUE_ARGUMENTS });
    yield;
    const declare = (name: string, options: object) => refusal(broker.url, (again) => again.assertQueue(name, options));
    expect(await declare('plain', {})).toBeUndefined();
    expect(await declare('plain', { autoDelete: true })).toBe(406);
    expect(await declare('rich', { autoDelete: true, arguments: QUEUE_ARGUMENTS })).toBeUndefined();
    expect(await declare('rich', { autoDelete: true, arguments: { ...QUEUE_ARGUMENTS, 'x-message-ttl': 1 } })).toBe(
      406,
    );
    expect(await declare('rich', { arguments: QUEUE_ARGUMENTS })).toBe(406);
    // It was declared to go with its last consumer, and still does.
    const consumer = await openChannel(broker.url);
    const { consumerTag } = await consumer.consume('rich', () => undefined);
    await consumer.cancel(consumerTag);
    expect(await exists(broker.url, 'queue', 'rich')).toBe(false);
  });

  scenario(
    'bindings route as before: by key, pattern, headers, through exchanges and to the alternate one',
    async function* (broker) {
      const channel = await openChannel(broker.url);
      await declareRoutes(channel);
      await publishToRoutes(broker);
      const before = await routed(broker);
      yield;
      await publishToRoutes(broker);
      expect(await routed(broker)).toEqual(before);
      expect(before).toEqual({ a: ['key', 'any', 'through'], b: ['pattern', 'nowhere'] });
    },
  );

  scenario(
    'an auto-delete exchange goes with its last binding, and what was unbound or deleted stays away',
    async function* (broker) {
      const channel = await openChannel(broker.url);
      await channel.assertQueue('q');
      await channel.assertQueue('deleted');
      for (const name of ['auto', 'auto-gone', 'kept', 'exchange-deleted']) {
        await channel.assertExchange(name, 'direct', { autoDelete: name.startsWith('auto') });
        await channel.bindQueue('q', name, 'k');
      }
      await channel.unbindQueue('q', 'auto-gone', 'k');
      await channel.unbindQueue('q', 'kept', 'k');
      await channel.bindQueue('deleted', 'kept', 'k');
      await channel.deleteQueue('deleted');
      await channel.deleteExchange('exchange-deleted');
      yield;
      expect(await exists(broker.url, 'exchange', 'auto-gone')).toBe(false);
      expect(await exists(broker.url, 'exchange', 'exchange-deleted')).toBe(false);
      expect(await exists(broker.url, 'queue', 'deleted')).toBe(false);
      expect(await exists(broker.url, 'exchange', 'kept')).toBe(true);
      expect(bindings(broker)).toEqual(['auto>q']);
      const again = await openChannel(broker.url);
      await again.unbindQueue('q', 'auto', 'k');
      expect(await exists(broker.url, 'exchange', 'auto')).toBe(false);
    },
  );

  scenario(
    'exclusive and transient queues and transient exchanges are gone, and bindings to them with them',
    async function* (broker) {
      const { connection } = await open(broker.url);
      const channel = await connection.createChannel();
      await channel.assertExchange('durable', 'fanout');
      await channel.assertExchange('transient', 'fanout', { durable: false });
      await channel.assertQueue('kept');
      await channel.assertQueue('transient', { durable: false });
      await channel.assertQueue('exclusive', { exclusive: true });
      for (const queue of ['kept', 'transient', 'exclusive']) await channel.bindQueue(queue, 'durable', '');
      await channel.bindQueue('kept', 'transient', '');
      yield;
      expect(await exists(broker.url, 'queue', 'transient')).toBe(false);
      expect(await exists(broker.url, 'queue', 'exclusive')).toBe(false);
      expect(await exists(broker.url, 'exchange', 'transient')).toBe(false);
      expect(bindings(broker)).toEqual(['durable>kept']);
    },
  );
});

/** Of the test's virtual host, in the file. */
function bindings({ vhost, query }: SharedBroker): unknown[] {
  return query(`SELECT source || '>' || destination FROM binding WHERE vhost = '${vhost}'`);
}

async function declareRoutes(channel: Awaited<ReturnType<typeof openChannel>>): Promise<void> {
  for (const queue of ['a', 'b']) await channel.assertQueue(queue);
  for (const type of ['direct', 'topic', 'headers', 'fanout']) await channel.assertExchange(type, type);
  await channel.assertExchange('first', 'direct', { alternateExchange: 'fanout' });
  await channel.bindQueue('a', 'direct', 'key');
  await channel.bindQueue('b', 'topic', 'x.*.#');
  await channel.bindQueue('a', 'headers', '', { 'x-match': 'any', n: 1, s: 'text' });
  await channel.bindExchange('direct', 'first', 'key');
  await channel.bindQueue('b', 'fanout', '');
}

async function publishToRoutes({ url }: SharedBroker): Promise<void> {
  const channel = await openChannel(url);
  channel.publish('direct', 'key', Buffer.from('key'));
  channel.publish('direct', 'other', Buffer.from('lost'));
  channel.publish('topic', 'x.y.z', Buffer.from('pattern'));
  channel.publish('topic', 'x', Buffer.from('lost'));
  channel.publish('headers', '', Buffer.from('any'), { headers: { n: 2, s: 'text' } });
  channel.publish('headers', '', Buffer.from('lost'), { headers: { n: 2 } });
  channel.publish('first', 'key', Buffer.from('through'));
  channel.publish('first', 'nowhere', Buffer.from('nowhere'));
  await channel.checkExchange('first');
}

async function routed({ url }: SharedBroker): Promise<Record<string, string[]>> {
  return { a: await drain(url, 'a'), b: await drain(url, 'b') };
}
