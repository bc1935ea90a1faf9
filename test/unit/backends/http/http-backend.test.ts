/** A server that knows users, asked with RabbitMQ's questions: by AMQP and by HTTP, alone and beside the broker's own users. */
import amqp from 'amqplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker, type BrokerOptions } from '../../../../src/index.ts';
import { AuthServer, type Question } from '../../../support/auth-server.ts';
import { apiOf } from '../../../support/management/api.ts';

const allowAll = ({ path }: Question): string => (path === 'user' ? 'allow management' : 'allow');

describe('a broker that asks a server', () => {
  let server: AuthServer;
  let broker: Broker | undefined;
  const log: string[] = [];
  const note = (fields: object, message: string): void => void log.push(JSON.stringify({ ...fields, message }));
  const logger = { debug: note, info: note, warn: note, error: note };

  beforeEach(async () => {
    log.length = 0;
    server = await AuthServer.start(allowAll);
  });
  afterEach(async () => {
    await broker?.stop();
    broker = undefined;
    await server[Symbol.asyncDispose]();
  });

  async function start(options: BrokerOptions = {}): Promise<Broker> {
    return (broker = await Broker.start({ port: 0, managementPort: 0, logger, ...server.options, ...options }));
  }
  const connect = (user = 'ann', password = 'secret') =>
    amqp.connect(`amqp://${user}:${encodeURIComponent(password)}@127.0.0.1:${broker!.port}`);

  const noAnswers = () => log.filter((line) => line.includes('authentication server: no answer'));

  it('lets in whom it allows, and asks about all that is done, as RabbitMQ does', async () => {
    await start();
    const connection = await connect('ann', 'a&b');
    const channel = await connection.createConfirmChannel();
    await channel.assertExchange('shop', 'topic');
    await channel.assertQueue('orders');
    await channel.bindQueue('orders', 'shop', 'order.*');
    channel.publish('shop', 'order.new', Buffer.from('one'));
    channel.publish('shop', 'order.old', Buffer.from('two'));
    await channel.waitForConfirms();
    expect(await channel.get('orders')).toMatchObject({ content: Buffer.from('one') });
    await connection.close();
    const tags = 'management';
    const about = { username: 'ann', vhost: '/', tags };
    expect(server.asked('user')).toEqual([{ path: 'user', username: 'ann', password: 'a&b' }]);
    expect(server.asked('vhost')).toEqual([{ path: 'vhost', ...about, ip: '127.0.0.1' }]);
    const resource = { path: 'resource', ...about };
    expect(server.asked('resource')).toEqual([
      { ...resource, resource: 'exchange', name: 'shop', permission: 'configure' },
      { ...resource, resource: 'queue', name: 'orders', permission: 'configure' },
      { ...resource, resource: 'queue', name: 'orders', permission: 'write' },
      { ...resource, resource: 'exchange', name: 'shop', permission: 'read' },
      { ...resource, resource: 'exchange', name: 'shop', permission: 'write' },
      { ...resource, resource: 'queue', name: 'orders', permission: 'read' },
    ]);
    const topic = {
      path: 'topic',
      ...about,
      resource: 'topic',
      name: 'shop',
      'variable_map.username': 'ann',
      'variable_map.vhost': '/',
    };
    expect(server.asked('topic')).toEqual([
      { ...topic, permission: 'read', routing_key: 'order.*' },
      { ...topic, permission: 'write', routing_key: 'order.new' },
      { ...topic, permission: 'write', routing_key: 'order.old' },
    ]);
  });

  it('keeps the order of what a client says while it asks', async () => {
    await start();
    const connection = await connect();
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('q');
    await channel.assertExchange('x', 'topic');
    await channel.bindQueue('q', 'x', '#');
    for (let i = 0; i < 20; i++) channel.publish('x', `key.${i % 5}`, Buffer.from(`${i}`.padEnd(3000)));
    await channel.waitForConfirms();
    const got: string[] = [];
    for (let i = 0; i < 20; i++) {
      const message = await channel.get('q', { noAck: true });
      got.push((message as amqp.GetMessage).content.toString().trim());
    }
    expect(got).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
    await connection.close();
  });

  it('refuses what it denies, in the words of RabbitMQ', async () => {
    await start();
    const closed = async (denied: (question: Question) => boolean, act: (channel: amqp.Channel) => unknown) => {
      server.answering = (question) => (denied(question) ? 'deny because I say so' : allowAll(question));
      const connection = await connect();
      const channel = await connection.createChannel();
      const error = new Promise<Error>((resolve) => channel.once('error', resolve));
      await Promise.resolve(act(channel)).catch(() => undefined);
      const { message } = await error;
      await connection.close();
      return message;
    };
    server.answering = () => 'deny';
    await expect(connect()).rejects.toThrow('ACCESS_REFUSED');
    server.answering = ({ path }) => (path === 'vhost' ? 'deny' : 'allow');
    await expect(connect()).rejects.toThrow('ConnectionClose');
    expect(log.join('\n')).toContain("NOT_ALLOWED - access to vhost '/' refused for user 'ann'");
    expect(
      await closed(
        ({ name }) => name === 'q',
        (channel) => channel.assertQueue('q'),
      ),
    ).toContain("ACCESS_REFUSED - configure access to queue 'q' in vhost '/' refused for user 'ann'");
    expect(
      await closed(
        ({ permission }) => permission === 'write',
        (channel) => channel.publish('amq.direct', 'k', Buffer.from('x')),
      ),
    ).toContain("write access to exchange 'amq.direct' in vhost '/' refused for user 'ann'");
    expect(
      await closed(
        ({ routing_key: key }) => key === 'b',
        (channel) => {
          channel.publish('amq.topic', 'a', Buffer.from('x'));
          channel.publish('amq.topic', 'b', Buffer.from('x'));
        },
      ),
    ).toContain("write access to topic 'b' in exchange 'amq.topic' in vhost '/' refused for user 'ann'");
  });

  it('lets nobody in if it says nothing that makes sense, or is not there', async () => {
    await start();
    const said: [answer: string | { status: number }, reason: string][] = [
      ['maybe', 'neither allow nor deny'],
      ['', 'neither allow nor deny'],
      [{ status: 500 }, 'status 500'],
      ['x'.repeat(2_000_000), 'more than'],
    ];
    for (const [answer] of said) {
      server.answering = () => answer;
      await expect(connect()).rejects.toThrow('ACCESS_REFUSED');
    }
    await server[Symbol.asyncDispose]();
    await expect(connect()).rejects.toThrow('ACCESS_REFUSED');
    server = await AuthServer.start(allowAll);
    const reasons = [...said.map(([, reason]) => reason), 'ECONNREFUSED'];
    expect(noAnswers()).toHaveLength(reasons.length);
    for (const [i, reason] of reasons.entries()) expect(noAnswers()[i]).toContain(reason);
    expect(log.join('\n')).not.toContain('secret');
  });

  it('lets nobody in if it does not answer in time', async () => {
    await start({ authHttpTimeout: 200 });
    server.answering = () => undefined;
    await expect(connect()).rejects.toThrow('ACCESS_REFUSED');
    expect(noAnswers()).toHaveLength(1);
    expect(noAnswers()[0]).toContain('within 200 ms');
  });

  it('goes on with others while one waits for its answer', async () => {
    let release = (): void => undefined;
    await start({ authBackends: ['internal', 'http'] });
    const held = new Promise<void>((resolve) => (release = resolve));
    server.answering = () => undefined;
    const waiting = connect();
    const others = await amqp.connect(broker!.url);
    await (await others.createChannel()).assertQueue('q');
    await others.close();
    release();
    await held;
    await server[Symbol.asyncDispose]();
    await expect(waiting).rejects.toThrow('ACCESS_REFUSED');
    server = await AuthServer.start(allowAll);
  });

  it('is asked by POST if that is wanted', async () => {
    await start({ authHttpMethod: 'post' });
    await (await connect('ann', 'p/w')).close();
    expect(server.asked('user')).toEqual([{ path: 'user', username: 'ann', password: 'p/w' }]);
  });

  it('is asked when the broker does not know the user, and the other way round', async () => {
    await start({ authBackends: ['internal', 'http'] });
    await (await amqp.connect(broker!.url)).close();
    expect(server.questions).toEqual([]);
    await (await connect()).close();
    expect(server.asked('user')).toHaveLength(1);
    await broker!.stop();
    server.answering = ({ username }) => (username === 'guest' ? 'deny' : 'allow');
    await start({ authBackends: ['http', 'internal'] });
    await (await amqp.connect(broker!.url)).close();
    expect(server.asked('user')).toHaveLength(2);
    await expect(amqp.connect(`amqp://guest:wrong@127.0.0.1:${broker!.port}`)).rejects.toThrow('ACCESS_REFUSED');
  });

  it('may say who somebody is, and the broker what that one may do, with the tags of both', async () => {
    await start({ authBackends: ['http:internal'] });
    await expect(connect()).rejects.toThrow('ACCESS_REFUSED');
    await broker!.users.create('ann', 'another', ['monitoring']);
    await broker!.users.setPermissions('ann', '/', { configure: '^own', write: '', read: '' });
    const connection = await connect();
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue('own');
    await expect(channel.assertQueue('other')).rejects.toThrow("configure access to queue 'other'");
    await connection.close();
    const { json } = await apiOf(broker!)('GET', '/whoami', { as: 'ann:secret' });
    expect(json).toEqual({ name: 'ann', tags: ['management', 'monitoring'] });
    expect(server.asked('resource')).toEqual([]);
  });

  it('is asked by the HTTP API too, for each request', async () => {
    await start();
    const ask = apiOf(broker!);
    server.answering = (question) => (question.name === 'forbidden' ? 'deny' : allowAll(question));
    expect((await ask('GET', '/whoami', { as: 'ann:secret' })).json).toEqual({ name: 'ann', tags: ['management'] });
    expect((await ask('PUT', '/queues/%2F/q', { as: 'ann:secret', body: {} })).status).toBe(201);
    expect((await ask('PUT', '/queues/%2F/forbidden', { as: 'ann:secret', body: {} })).status).toBe(401);
    expect((await ask('GET', '/queues', { as: 'ann:secret' })).json).toMatchObject([{ name: 'q' }]);
    expect((await ask('GET', '/nodes', { as: 'ann:secret' })).status).toBe(401);
    server.answering = ({ path }) => (path === 'vhost' ? 'deny' : 'allow management');
    expect((await ask('GET', '/queues', { as: 'ann:secret' })).json).toEqual([]);
    expect((await ask('GET', '/queues/%2F', { as: 'ann:secret' })).status).toBe(401);
    expect((await ask('GET', '/whoami', { as: 'ann:wrong' })).status).toBe(200);
    server.answering = () => 'deny';
    expect((await ask('GET', '/whoami', { as: 'ann:secret' })).status).toBe(401);
  });

  it('is asked once by many if its answers are remembered, and again about whom it denied', async () => {
    await start({ authBackends: ['cache'] });
    for (let i = 0; i < 3; i++) await (await connect()).close();
    expect([server.asked('user').length, server.asked('vhost').length]).toEqual([1, 1]);
    server.answering = () => 'deny';
    for (let i = 0; i < 2; i++) await expect(connect('ann', 'wrong')).rejects.toThrow('ACCESS_REFUSED');
    expect(server.asked('user')).toHaveLength(3);
    await (await connect()).close();
    await broker!.stop();
    await start({ authBackends: ['cache'], authCacheRefusals: true });
    for (let i = 0; i < 2; i++) await expect(connect('ann', 'wrong')).rejects.toThrow('ACCESS_REFUSED');
    expect(server.asked('user')).toHaveLength(4);
  });
});
