/** Virtual hosts and users that come and go while the broker runs (RabbitMQ's pages "Virtual Hosts" and "Access Control"). */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { accountsPossible } from '../support/accounts.ts';
import { AmqpClient } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const unique = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;

describe.skipIf(!accountsPossible)('virtual hosts', () => {
  const target = useTarget();

  test('vhosts/create: a new virtual host takes connections and has the predeclared exchanges', async () => {
    const vhost = unique('vhost');
    await expect(target.connect({ vhost })).rejects.toThrow(`NOT_ALLOWED - vhost ${vhost} not found`);
    await target.operator.addVhost(vhost);
    const channel = await target.channel({ vhost });
    for (const exchange of ['amq.direct', 'amq.fanout', 'amq.topic', 'amq.headers', 'amq.match']) {
      await channel.call('exchange.declare', { exchange, passive: true });
    }
    await target.operator.deleteVhost(vhost);
  });

  test('vhosts/separate: a name stands for another queue in another virtual host', async () => {
    const vhost = unique('vhost');
    await target.operator.addVhost(vhost);
    const [here, there] = [await target.channel(), await target.channel({ vhost })];
    const queue = await here.queue(target.name('q'));
    await there.queue(queue);
    here.publish(queue, 'here');
    there.publish(queue, 'there');
    await here.expectCounts(queue, { messages: 1 });
    expect((await here.get(queue))?.body).toBe('here');
    await there.expectCounts(queue, { messages: 1 });
    expect((await there.get(queue))?.body).toBe('there');
    await target.operator.deleteVhost(vhost);
  });

  test('vhosts/delete: deleting a virtual host closes its connections with 320, and no others', async () => {
    const vhost = unique('vhost');
    await target.operator.addVhost(vhost);
    const [inside, outside] = [await target.connect({ vhost }), await target.connect()];
    await target.operator.deleteVhost(vhost);
    const close = await inside.expectClose(320, `CONNECTION_FORCED - vhost '${vhost}' is deleted`);
    expect(close).toMatchObject({ classId: 0, methodId: 0 });
    await outside.expectAlive();
    await expect(target.connect({ vhost })).rejects.toThrow(`NOT_ALLOWED - vhost ${vhost} not found`);
  });

  test('vhosts/delete-contents: a virtual host of the same name begins empty', async () => {
    const vhost = unique('vhost');
    await target.operator.addVhost(vhost);
    const channel = await target.channel({ vhost });
    await channel.queue('durable', { durable: true, exclusive: false });
    await channel.exchange('x', 'fanout', { durable: true, autoDelete: false });
    await channel.bind('durable', 'x');
    await target.operator.limitVhost(vhost, { 'max-queues': 1 });
    await target.operator.deleteVhost(vhost);
    await target.operator.addVhost(vhost);
    const again = await target.channel({ vhost });
    again.send('queue.declare', { queue: 'durable', passive: true });
    await again.expectClose(404, `NOT_FOUND - no queue 'durable' in vhost '${vhost}'`);
    again.send('exchange.declare', { exchange: 'x', passive: true });
    await again.expectClose(404, `NOT_FOUND - no exchange 'x' in vhost '${vhost}'`);
    await again.queue('one');
    await again.queue('two');
    await target.operator.deleteVhost(vhost);
  });

  test('vhosts/delete-user: deleting a user closes its connections with 320, and it is not let in again', async () => {
    const user = unique('user');
    await target.operator.addUser(user);
    await target.operator.permit(user, '/', ['.*', '.*', '.*']);
    const credentials = { user, password: user };
    const [theirs, other] = [await target.connect(credentials), await target.connect()];
    await target.operator.deleteUser(user);
    await theirs.expectClose(320, `CONNECTION_FORCED - user '${user}' is deleted`);
    await other.expectAlive();
    await expect(target.connect(credentials)).rejects.toThrow('ACCESS_REFUSED - Login was refused');
  });

  test('vhosts/delete-user-permissions: a user of the same name begins without permissions', async () => {
    const user = unique('user');
    await target.operator.addUser(user);
    await target.operator.permit(user, '/', ['.*', '.*', '.*']);
    await target.operator.deleteUser(user);
    await target.operator.addUser(user);
    await expect(target.connect({ user, password: user })).rejects.toThrow(
      `NOT_ALLOWED - access to vhost '/' refused for user '${user}'`,
    );
    await target.operator.deleteUser(user);
  });
});

// RabbitMQ's default queue type came with 3.11.
test.skipIf(process.env['LEVERET_TEST_URL'] !== undefined)(
  'vhosts/default-queue-type: a durable queue declared without a type has the default type of its virtual host',
  async () => {
    const { Broker } = await import('../../src/index.ts');
    const broker = await Broker.start({ port: 0 });
    await broker.vhosts.create('quorums', { defaultQueueType: 'quorum' });
    const client = await AmqpClient.connect(broker.url, { vhost: 'quorums' });
    const channel = await client.channel();
    await channel.queue('durable', { durable: true, exclusive: false });
    await channel.queue('exclusive', { durable: true });
    await channel.queue('durable', { durable: true, exclusive: false, arguments: { 'x-queue-type': 'quorum' } });
    await channel.queue('exclusive', { durable: true, arguments: { 'x-queue-type': 'classic' } });
    channel.send('queue.declare', { queue: 'durable', durable: true, arguments: { 'x-queue-type': 'classic' } });
    await channel.expectClose(406, /^PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'durable'/);
    client.destroy();
    await broker.stop();
  },
);
