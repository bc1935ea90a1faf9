/** What users may do (RabbitMQ's page "Access Control"). */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountsPossible } from '../support/accounts.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const run = randomBytes(4).toString('hex');
/** May do everything with names that begin with x-. */
const limited = `limited-${run}`;
/** May do nothing in the virtual host it has access to. */
const powerless = `powerless-${run}`;
const impersonator = `impersonator-${run}`;
const closed = `closed-${run}`;
const all = { configure: '.*', write: '.*', read: '.*' };
const none = { configure: '', write: '', read: '' };
const own = { configure: '^x-', write: '^(x-|amq\\.default$)', read: '^x-' };

const accounts = {
  vhosts: [closed],
  users: [{ name: limited }, { name: powerless }, { name: impersonator, tags: ['impersonator'] }],
  permissions: [
    { user: limited, vhost: '/', ...own },
    { user: powerless, vhost: '/', ...none },
    { user: impersonator, vhost: '/', ...all },
  ],
};

// Without LEVERET_TEST_CTL nobody can give a running broker the accounts that these need.
describe.skipIf(!accountsPossible)('permissions', () => {
  const target = useTarget(accountsPossible ? accounts : undefined);
  const as = (user: string): Promise<AmqpChannel> => target.channel({ user, password: user });
  const refusal = (operation: string, kind: string, name: string, user = limited) => {
    // RabbitMQ before 3.12 does not name the operation.
    const what = target.rabbitmq ? 'access' : `${operation} access`;
    return `ACCESS_REFUSED - ${what} to ${kind} '${name}' in vhost '/' refused for user '${user}'`;
  };

  test('permissions/vhost: a virtual host the user has no permissions in is refused with 530', async () => {
    await expect(target.connect({ user: limited, password: limited, vhost: closed })).rejects.toThrow(
      `connection.close 530 "NOT_ALLOWED - access to vhost '${closed}' refused for user '${limited}'"`,
    );
  });

  test('permissions/configure: declaring and deleting need configure', async () => {
    const [channel, owner] = [await as(limited), await target.channel()];
    const [queue, exchange] = [target.name('y'), target.name('y')];
    await owner.queue(queue, { exclusive: false });
    await owner.exchange(exchange);
    channel.send('queue.declare', { queue: target.name('y') });
    expect(await channel.expectClose(403, /^ACCESS_REFUSED - /)).toMatchObject({ classId: 50, methodId: 10 });
    channel.send('queue.declare', { queue });
    await channel.expectClose(403, refusal('configure', 'queue', queue));
    channel.send('queue.delete', { queue });
    await channel.expectClose(403, refusal('configure', 'queue', queue));
    channel.send('exchange.declare', { exchange, type: 'direct' });
    await channel.expectClose(403, refusal('configure', 'exchange', exchange));
    channel.send('exchange.delete', { exchange });
    await channel.expectClose(403, refusal('configure', 'exchange', exchange));
    await channel.queue(target.name('x'));
  });

  test('permissions/passive: a passive declare needs no permission', async () => {
    const [channel, owner] = [await as(powerless), await target.channel()];
    const queue = await owner.queue(target.name('y'), { exclusive: false });
    await channel.counts(queue);
    await channel.call('exchange.declare', { exchange: 'amq.direct', passive: true });
  });

  test('permissions/server-named: a server-named queue needs configure for its name too', async () => {
    const channel = await as(limited);
    channel.send('queue.declare', { queue: '', exclusive: true });
    await channel.expectClose(403, /queue 'amq\.gen-[^']+' in vhost '\/' refused for user/);
  });

  test('permissions/write: publishing needs write on the exchange, the default one by the name amq.default', async () => {
    const channel = await as(limited);
    channel.publish('k', 'x', { exchange: 'amq.direct' });
    expect(await channel.expectClose(403, refusal('write', 'exchange', 'amq.direct'))).toMatchObject({
      classId: 60,
      methodId: 40,
    });
    const queue = await channel.queue(target.name('x'));
    channel.publish(queue, 'allowed');
    expect((await channel.get(queue))?.body).toBe('allowed');
    const other = await as(powerless);
    other.publish(queue, 'x');
    await other.expectClose(403, refusal('write', 'exchange', 'amq.default', powerless));
  });

  test('permissions/read: getting, consuming and purging need read', async () => {
    const [channel, owner] = [await as(limited), await target.channel()];
    const queue = await owner.queue(target.name('y'), { exclusive: false });
    for (const name of ['basic.get', 'basic.consume', 'queue.purge'] as const) {
      channel.send(name, { queue });
      await channel.expectClose(403, refusal('read', 'queue', queue));
    }
  });

  test('permissions/bind: binding needs write on the destination and read on the source', async () => {
    const [channel, owner] = [await as(limited), await target.channel()];
    const foreign = await owner.queue(target.name('y'), { exclusive: false });
    const exchange = await channel.exchange(target.name('x'), 'direct', { autoDelete: false });
    const queue = await channel.queue(target.name('x'));
    for (const name of ['queue.bind', 'queue.unbind'] as const) {
      channel.send(name, { queue: foreign, exchange, routingKey: 'k' });
      await channel.expectClose(403, refusal('write', 'queue', foreign));
      channel.send(name, { queue, exchange: 'amq.direct', routingKey: 'k' });
      await channel.expectClose(403, refusal('read', 'exchange', 'amq.direct'));
    }
    for (const name of ['exchange.bind', 'exchange.unbind'] as const) {
      channel.send(name, { destination: 'amq.direct', source: exchange });
      await channel.expectClose(403, refusal('write', 'exchange', 'amq.direct'));
      channel.send(name, { destination: exchange, source: 'amq.direct' });
      await channel.expectClose(403, refusal('read', 'exchange', 'amq.direct'));
    }
    await channel.bind(queue, exchange, 'k');
  });

  test('permissions/dead-letter: a dead letter exchange needs read on the queue and write on the exchange', async () => {
    const channel = await as(limited);
    channel.send('queue.declare', {
      queue: target.name('x'),
      exclusive: true,
      arguments: { 'x-dead-letter-exchange': 'amq.direct' },
    });
    await channel.expectClose(403, refusal('write', 'exchange', 'amq.direct'));
    const exchange = target.name('x');
    await channel.queue(target.name('x'), { arguments: { 'x-dead-letter-exchange': exchange } });
  });

  test('permissions/alternate: an alternate exchange needs read on the exchange and write on the alternate', async () => {
    const channel = await as(limited);
    channel.send('exchange.declare', {
      exchange: target.name('x'),
      type: 'direct',
      arguments: { 'alternate-exchange': 'amq.direct' },
    });
    await channel.expectClose(403, refusal('write', 'exchange', 'amq.direct'));
    await channel.exchange(target.name('x'), 'direct', { arguments: { 'alternate-exchange': target.name('x') } });
  });

  test('permissions/tx: a publish without permission is refused at the publish, not at the commit', async () => {
    const channel = await as(limited);
    await channel.call('tx.select');
    channel.publish('k', 'x', { exchange: 'amq.direct' });
    await channel.expectClose(403, refusal('write', 'exchange', 'amq.direct'));
  });

  test('permissions/impersonator: a user tagged impersonator may set any user-id', async () => {
    const channel = await as(impersonator);
    const queue = await channel.queue();
    channel.publish(queue, 'x', { userId: 'someone else' });
    expect((await channel.get(queue))?.properties.userId).toBe('someone else');
  });

  test('permissions/change: a change counts for connections that are open', async () => {
    const user = `changed-${run}`;
    await target.operator.addUser(user);
    await target.operator.permit(user, '/', ['.*', '.*', '.*']);
    const channel = await as(user);
    channel.publish('k', 'x', { exchange: 'amq.direct' });
    await channel.expectNothing();
    await target.operator.permit(user, '/', ['.*', '^$', '.*']);
    channel.publish('k', 'x', { exchange: 'amq.direct' });
    await channel.expectClose(403, refusal('write', 'exchange', 'amq.direct', user));
    await target.operator.forbid(user, '/');
    await expect(target.connect({ user, password: user })).rejects.toThrow(
      `NOT_ALLOWED - access to vhost '/' refused for user '${user}'`,
    );
    await target.operator.deleteUser(user);
  });

  describe('by topic', () => {
    const writer = `topics-${run}`;
    const topic = (operation: string, key: string) => {
      const what = target.rabbitmq ? 'access' : `${operation} access`;
      return `ACCESS_REFUSED - ${what} to topic '${key}' in exchange 'amq.topic' in vhost '/' refused for user '${writer}'`;
    };

    beforeAll(async () => {
      await target.operator.addUser(writer);
      await target.operator.permit(writer, '/', ['.*', '.*', '.*']);
      await target.operator.permitTopics(writer, '/', 'amq.topic', '^{username}\\.', '^({vhost}|{username})\\.');
    });
    afterAll(() => target.operator.deleteUser(writer));

    test('permissions/topic-write: publishing to a topic exchange needs a routing key that matches, names filled in', async () => {
      const channel = await as(writer);
      channel.publish(`${writer}.a`, 'x', { exchange: 'amq.topic' });
      await channel.expectNothing();
      channel.publish('other.a', 'x', { exchange: 'amq.topic' });
      const close = await channel.expectClose(403, topic('write', 'other.a'));
      expect(close).toMatchObject({ classId: 60, methodId: 40 });
    });

    test('permissions/topic-cc: routing keys in CC and BCC have to match too', async () => {
      const [channel, owner] = [await as(writer), await target.channel()];
      const queue = await owner.queue(target.name('q'), { exclusive: false });
      await owner.bind(queue, 'amq.topic', 'other.#');
      for (const name of ['CC', 'BCC']) {
        const own = { exchange: 'amq.topic', headers: { [name]: [`${writer}.b`] } };
        const foreign = { exchange: 'amq.topic', headers: { [name]: [`${writer}.b`, 'other.a'] } };
        for (const before of [own, undefined]) {
          if (before !== undefined) channel.publish(`${writer}.a`, 'x', before);
          channel.publish(`${writer}.a`, 'x', foreign);
          if (target.rabbitmq) await channel.expectNothing();
          else
            expect(await channel.expectClose(403, topic('write', 'other.a'))).toMatchObject({
              classId: 60,
              methodId: 40,
            });
        }
      }
      await owner.expectCounts(queue, { messages: target.rabbitmq ? 4 : 0 });
    });

    test('permissions/topic-tx: a routing key is refused at the publish, not at the commit', async () => {
      const channel = await as(writer);
      await channel.call('tx.select');
      channel.publish(`${writer}.a`, 'x', { exchange: 'amq.topic', headers: { BCC: ['other.a'] } });
      if (target.rabbitmq) await channel.expectNothing();
      else await channel.expectClose(403, topic('write', 'other.a'));
    });

    test('permissions/topic-first: only the exchange published to asks, not those behind it', async () => {
      const [channel, owner] = [await as(writer), await target.channel()];
      const queue = await owner.queue(target.name('q'), { exclusive: false });
      await owner.bind(queue, 'amq.topic', 'other.#');
      const bound = await owner.exchange(target.name('x'), 'fanout');
      await owner.call('exchange.bind', { destination: 'amq.topic', source: bound });
      channel.publish('other.a', 'through a binding', { exchange: bound });
      const alternate = { 'alternate-exchange': 'amq.topic' };
      const exchange = await owner.exchange(target.name('x'), 'direct', { arguments: alternate });
      channel.publish('other.a', 'through an alternate exchange', { exchange });
      const dead = {
        'x-dead-letter-exchange': 'amq.topic',
        'x-dead-letter-routing-key': 'other.a',
        'x-message-ttl': 0,
      };
      channel.publish(await channel.queue(target.name('q'), { arguments: dead }), 'as a dead letter');
      await owner.consume(queue, { noAck: true });
      const bodies = (await owner.deliveries(3)).map(({ body }) => body);
      expect(bodies).toEqual(['through a binding', 'through an alternate exchange', 'as a dead letter']);
    });

    test('permissions/topic-read: binding to a topic exchange, and unbinding, need a key that matches', async () => {
      const channel = await as(writer);
      const queue = await channel.queue(target.name('q'), { exclusive: false });
      await channel.bind(queue, 'amq.topic', `${writer}.a`);
      await channel.bind(queue, 'amq.topic', '/.a');
      for (const name of ['queue.bind', 'queue.unbind'] as const) {
        channel.send(name, { queue, exchange: 'amq.topic', routingKey: 'other.a' });
        await channel.expectClose(403, topic('read', 'other.a'));
      }
      for (const name of ['exchange.bind', 'exchange.unbind'] as const) {
        channel.send(name, { destination: 'amq.fanout', source: 'amq.topic', routingKey: 'other.a' });
        await channel.expectClose(403, topic('read', 'other.a'));
      }
    });

    test('permissions/topic-other: exchanges of other types and other topic exchanges take any routing key', async () => {
      const channel = await as(writer);
      const exchange = await channel.exchange(target.name('x'), 'topic');
      channel.publish('other.a', 'x', { exchange });
      channel.publish('other.a', 'x', { exchange: 'amq.direct' });
      await channel.expectNothing();
    });

    test('permissions/topic-cleared: without topic permissions any routing key will do', async () => {
      const user = `cleared-${run}`;
      await target.operator.addUser(user);
      await target.operator.permit(user, '/', ['.*', '.*', '.*']);
      await target.operator.permitTopics(user, '/', 'amq.topic', '^a$', '^a$');
      const channel = await as(user);
      channel.publish('b', 'x', { exchange: 'amq.topic' });
      await channel.expectClose(403, /to topic 'b' in exchange 'amq\.topic'/);
      await target.operator.forgetTopics(user, '/');
      channel.publish('b', 'x', { exchange: 'amq.topic' });
      await channel.expectNothing();
      await target.operator.deleteUser(user);
    });
  });
});
