import amqp from 'amqplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let broker: Broker;
beforeEach(async () => {
  broker = await Broker.start({ port: 0 });
});
afterEach(() => broker.stop());

const url = (user: string, password: string, vhost = ''): string =>
  `amqp://${user}:${password}@127.0.0.1:${broker.port}/${vhost}`;

describe('broker.vhosts', () => {
  it('creates a vhost that the default user may enter', async () => {
    await broker.vhosts.create('orders', { description: 'all orders', tags: ['shop'] });
    expect(broker.vhosts.get('orders')).toEqual({
      name: 'orders',
      description: 'all orders',
      tags: ['shop'],
      defaultQueueType: undefined,
      protectedFromDeletion: false,
      limits: {},
    });
    await (await amqp.connect(url('guest', 'guest', 'orders'))).close();
  });

  it('refuses a vhost that exists, a name that is none, and what is not there', async () => {
    await expect(broker.vhosts.create('/')).rejects.toMatchObject({ kind: 'exists' });
    await expect(broker.vhosts.create('')).rejects.toMatchObject({ kind: 'invalid' });
    await expect(broker.vhosts.delete('nope')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(broker.vhosts.setLimits('/', { 'max-queues': 1.5 })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('broker.users', () => {
  it('creates a user, changes the password, and deletes it', async () => {
    await broker.users.create('alice', 'one', ['management']);
    await broker.users.setPermissions('alice', '/', { configure: '', write: '', read: '' });
    await (await amqp.connect(url('alice', 'one'))).close();
    await broker.users.setPassword('alice', 'two');
    await expect(amqp.connect(url('alice', 'one'))).rejects.toThrow('ACCESS_REFUSED');
    await (await amqp.connect(url('alice', 'two'))).close();
    await broker.users.setTags('alice', []);
    expect(broker.users.list()).toContainEqual({ name: 'alice', tags: [], limits: {} });
    await broker.users.delete('alice');
    expect(broker.users.permissions().map(({ user }) => user)).toEqual(['guest']);
  });

  it('refuses users that exist, empty passwords, and patterns that are none', async () => {
    await expect(broker.users.create('guest', 'x')).rejects.toMatchObject({ kind: 'exists' });
    await expect(broker.users.create('bob', '')).rejects.toMatchObject({ kind: 'invalid' });
    const patterns = { configure: '(', write: '', read: '' };
    await expect(broker.users.setPermissions('guest', '/', patterns)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(broker.users.setPermissions('bob', '/', patterns)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('broker.policies', () => {
  it('sets, shows and clears policies of the default vhost and of others', async () => {
    await broker.vhosts.create('v');
    await broker.policies.set({ name: 'p', pattern: '^q', definition: { expires: 9000 } });
    await broker.policies.set({ name: 'o', pattern: '', definition: { expires: 1000 }, operator: true });
    await broker.policies.set({ name: 'p', vhost: 'v', pattern: '', definition: { 'max-length': 1 }, priority: 2 });
    expect(broker.policies.list({ vhost: 'v' })).toEqual([
      { name: 'p', pattern: '', definition: { 'max-length': 1 }, priority: 2, applyTo: 'all' },
    ]);
    const connection = await amqp.connect(broker.url);
    await (await connection.createChannel()).assertQueue('q');
    expect(broker.policies.appliedTo('queue', 'q')).toMatchObject({
      policy: { name: 'p' },
      operatorPolicy: { name: 'o' },
      definition: { expires: 1000 },
    });
    await broker.policies.clear('o', { operator: true });
    expect(broker.policies.appliedTo('queue', 'q').definition).toEqual({ expires: 9000 });
    await expect(broker.policies.clear('o')).rejects.toMatchObject({ kind: 'not-found' });
    await connection.close();
  });
});

describe('after a restart', () => {
  it('everything an operator set is there again', async () => {
    const dataDir = temporaryFolder();
    const first = await Broker.start({ port: 0, dataDir });
    await first.vhosts.create('v', { description: 'd', tags: ['t'], defaultQueueType: 'quorum' });
    await first.vhosts.create('gone');
    await first.vhosts.protectFromDeletion('v');
    await first.vhosts.setLimits('v', { 'max-queues': 7 });
    await first.vhosts.setLimits('gone', { 'max-queues': 7 });
    await first.users.create('u', 'p', ['monitoring']);
    await first.users.create('v', 'p');
    await first.users.setLimits('u', { 'max-channels': 3 });
    await first.users.setPermissions('u', 'v', { configure: 'a', write: 'b', read: 'c' });
    await first.users.setPermissions('u', 'gone', { configure: 'a', write: 'b', read: 'c' });
    await first.users.setTopicPermissions('u', 'v', 'amq.topic', { write: 'w', read: 'r' });
    await first.users.setTopicPermissions('v', 'v', 'amq.topic', { write: 'w', read: 'r' });
    await first.policies.set({ name: 'p', vhost: 'v', pattern: 'x', definition: { expires: 1 }, applyTo: 'queues' });
    await first.policies.set({ name: 'o', vhost: 'v', pattern: 'x', definition: { expires: 1 }, operator: true });
    await first.vhosts.delete('gone');
    await first.users.delete('v');
    const before = await first.definitions.export();
    await first.stop();
    const second = await Broker.start({ port: 0, dataDir });
    expect(await second.definitions.export()).toEqual(before);
    expect(before).toMatchObject({
      vhosts: [
        { name: '/' },
        {
          name: 'v',
          default_queue_type: 'quorum',
          metadata: { default_queue_type: 'quorum', protected_from_deletion: true },
        },
      ],
      users: [{ name: 'guest' }, { name: 'u', limits: { 'max-channels': 3 }, tags: ['monitoring'] }],
      topic_permissions: [{ user: 'u', exchange: 'amq.topic' }],
      parameters: [{ component: 'operator_policy' }, { component: 'vhost-limits' }],
      policies: [{ name: 'p', 'apply-to': 'queues' }],
    });
    await expect(second.vhosts.delete('v')).rejects.toMatchObject({ kind: 'protected' });
    await second.stop();
  });
});
