/** Limits of virtual hosts and users (RabbitMQ's pages "Virtual Hosts" and "User Limits"). */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountsPossible } from '../support/accounts.ts';
import type { AmqpChannel, AmqpClient } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

describe.skipIf(!accountsPossible)('limits', () => {
  const target = useTarget();
  let vhost = '';
  let user = '';
  const connect = (): Promise<AmqpClient> => target.connect({ vhost, user, password: user });
  const channel = async (): Promise<AmqpChannel> => (await connect()).channel();
  /** The close of a connection is counted when the broker has seen it. */
  const connectAgain = async (): Promise<AmqpClient> => {
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        if (!String(error).includes('is reached')) throw error;
      }
    }
  };

  beforeEach(async () => {
    vhost = `limits-${randomBytes(4).toString('hex')}`;
    user = vhost;
    await target.operator.addVhost(vhost);
    await target.operator.addUser(user);
    await target.operator.permit(user, vhost, ['.*', '.*', '.*']);
  });

  afterEach(async () => {
    await target.operator.deleteVhost(vhost);
    await target.operator.deleteUser(user);
  });

  test('limits/vhost-connections: a virtual host takes as many connections as its limit says', async () => {
    await target.operator.limitVhost(vhost, { 'max-connections': 1 });
    const first = await connect();
    await expect(connect()).rejects.toThrow(
      `connection.close 530 "NOT_ALLOWED - access to vhost '${vhost}' refused for user '${user}': connection limit (1) is reached"`,
    );
    await first.expectAlive();
    await first.close();
    await (await connectAgain()).close();
  });

  test('limits/vhost-connections-zero: a limit of zero lets nobody in, a negative one everybody', async () => {
    await target.operator.limitVhost(vhost, { 'max-connections': 0 });
    await expect(connect()).rejects.toThrow('connection limit (0) is reached');
    await target.operator.limitVhost(vhost, { 'max-connections': -1 });
    await connect();
    await connect();
  });

  test('limits/vhost-connections-others: the limit of one virtual host is nothing to another', async () => {
    await target.operator.limitVhost(vhost, { 'max-connections': 0 });
    await (await target.connect()).expectAlive();
  });

  test('limits/vhost-queues: a virtual host holds as many queues as its limit says', async () => {
    await target.operator.limitVhost(vhost, { 'max-queues': 1 });
    const on = await channel();
    await on.queue('first', { exclusive: false });
    on.send('queue.declare', { queue: 'second' });
    const close = await on.expectClose(
      406,
      `PRECONDITION_FAILED - cannot declare queue 'second': queue limit in vhost '${vhost}' (1) is reached`,
    );
    expect(close).toMatchObject({ classId: 50, methodId: 10 });
    await on.queue('first', { exclusive: false });
    await on.call('queue.delete', { queue: 'first' });
    await on.queue('second', { exclusive: false });
  });

  test('limits/user-connections: a user has as many connections as its limit says, whatever the virtual host', async () => {
    await target.operator.permit(user, '/', ['.*', '.*', '.*']);
    await target.operator.limitUser(user, { 'max-connections': 1 });
    await target.connect({ user, password: user });
    await expect(connect()).rejects.toThrow(
      `connection.close 530 "NOT_ALLOWED - connection refused for user '${user}': user connection limit (1) is reached"`,
    );
    await (await target.connect({ vhost })).expectAlive();
  });

  test('limits/user-channels: a user has as many channels open as its limit says, on all connections together', async () => {
    await target.operator.limitUser(user, { 'max-channels': 2 });
    const [first, second] = [await connect(), await connect()];
    const one = await first.channel();
    await second.channel();
    second.send(7, 'channel.open');
    const text = `NOT_ALLOWED - number of channels opened for user '${user}' has reached the maximum allowed user limit of (2)`;
    await second.expectClose(530, text);
    await one.close();
    await first.channel();
  });
});
