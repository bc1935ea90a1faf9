/** Passwords of a broker that stores them: by AMQP, by HTTP, by definitions, and after a restart. */
import amqp from 'amqplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker, type BrokerOptions } from '../../../src/index.ts';
import { apiOf } from '../../support/management/api.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { storeHere } from '../../support/store-here.ts';

const SCRYPT = 'leveret_password_hashing_scrypt';
const SHA256 = 'rabbit_password_hashing_sha256';

describe('a broker with a data folder', () => {
  let dataDir: string;
  let broker: Broker;
  const start = async (options: BrokerOptions = {}): Promise<void> => {
    broker = await Broker.start({ port: 0, managementPort: 0, dataDir, ...options }, storeHere);
  };
  const restart = async (options?: BrokerOptions): Promise<void> => {
    await broker.stop();
    await start(options);
  };
  const logIn = async (user: string, password: string): Promise<void> => {
    await (await amqp.connect(`amqp://${user}:${password}@127.0.0.1:${broker.port}`)).close();
  };
  const letIn = (user: string) => broker.users.setPermissions(user, '/', { configure: '', write: '', read: '' });
  const algorithmOf = async (user: string): Promise<unknown> => {
    const { json } = await apiOf(broker)('GET', `/users/${user}`);
    return (json as { readonly hashing_algorithm: string }).hashing_algorithm;
  };

  beforeEach(() => {
    dataDir = temporaryFolder();
    return start();
  });
  afterEach(() => broker.stop());

  it('hashes passwords by scrypt, whoever sets them, and knows them after a restart', async () => {
    const ask = apiOf(broker);
    await broker.users.create('program', 'one');
    await broker.users.setPassword('program', 'one-and-a-half');
    await ask('PUT', '/users/http', { body: { password: 'two', tags: 'management' } });
    await broker.definitions.import({ users: [{ name: 'imported', password: 'three', tags: '' }] });
    await ask('POST', '/definitions', { body: { users: [{ name: 'posted', password: 'four', tags: '' }] } });
    const passwords = { program: 'one-and-a-half', http: 'two', imported: 'three', posted: 'four' };
    for (const user of Object.keys(passwords)) await letIn(user);
    await restart();
    for (const [user, password] of Object.entries(passwords)) {
      expect([user, await algorithmOf(user)]).toEqual([user, SCRYPT]);
      await logIn(user, password);
      await expect(logIn(user, 'wrong')).rejects.toThrow('ACCESS_REFUSED');
    }
    const asked = apiOf(broker);
    expect((await asked('GET', '/whoami', { as: 'http:two' })).status).toBe(200);
    expect((await asked('GET', '/whoami', { as: 'http:wrong' })).status).toBe(401);
  });

  it("takes RabbitMQ's hashes, and makes them where somebody asks for one", async () => {
    const ask = apiOf(broker);
    const { json } = await ask('GET', '/auth/hash_password/secret');
    const { ok: password_hash } = json as { readonly ok: string };
    await ask('PUT', '/users/moved', { body: { password_hash, tags: '' } });
    await letIn('moved');
    expect(await algorithmOf('moved')).toBe(SHA256);
    await logIn('moved', 'secret');
    await expect(logIn('moved', 'wrong')).rejects.toThrow('ACCESS_REFUSED');
  });

  it('hashes quickly what everybody knows: the password guest', async () => {
    expect(await algorithmOf('guest')).toBe(SHA256);
    await restart({ dataDir: temporaryFolder(), defaultPass: 'own' });
    const { json } = await apiOf(broker)('GET', '/users/guest', { as: 'guest:own' });
    expect(json).toMatchObject({ hashing_algorithm: SCRYPT });
  });

  it('exports hashes that another broker takes', async () => {
    await broker.users.create('moved', 'secret');
    await letIn('moved');
    const exported = await broker.definitions.export();
    await broker.stop();
    dataDir = temporaryFolder();
    await start({ definitions: exported });
    expect(await algorithmOf('moved')).toBe(SCRYPT);
    await logIn('moved', 'secret');
  });

  it('hashes them so that RabbitMQ can import them, if it is told to', async () => {
    dataDir = temporaryFolder();
    await restart({ passwordHashing: 'sha256' });
    await broker.users.create('u', 'secret');
    expect([await algorithmOf('guest'), await algorithmOf('u')]).toEqual([SHA256, SHA256]);
  });

  it('goes on with everybody else while users log in', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `user-${i}`);
    await broker.definitions.import({
      users: names.map((name) => ({ name, password: name, tags: '' })),
      permissions: names.map((user) => ({ user, vhost: '/', configure: '', write: '', read: '' })),
    });
    const connection = await amqp.connect(broker.url);
    const other = await connection.createChannel();
    let done = false;
    const logins = Promise.all(names.map((name) => logIn(name, name))).finally(() => (done = true));
    let answers = 0;
    for (; !done; answers++) await other.checkExchange('amq.direct');
    await logins;
    expect(answers).toBeGreaterThan(names.length);
    await connection.close();
  });
});

describe('passwords that a user may not have', () => {
  const RULES = { passwordMinLength: 8, passwordPattern: '[0-9]' };
  const SHORT = 'minimum required password length is 8';
  const PATTERN = 'provided password does not match the validator regular expression';
  let broker: Broker;
  beforeEach(async () => {
    broker = await Broker.start({ port: 0, managementPort: 0, ...RULES });
  });
  afterEach(() => broker.stop());

  it('are refused wherever they come from, and the default user has its own all the same', async () => {
    await (await amqp.connect(broker.url)).close();
    await expect(broker.users.create('u', 'short')).rejects.toThrow(SHORT);
    await expect(broker.users.setPassword('guest', 'long enough')).rejects.toThrow(PATTERN);
    const put = await apiOf(broker)('PUT', '/users/u', { body: { password: 'short', tags: '' } });
    expect([put.status, put.json]).toEqual([400, { error: 'bad_request', reason: SHORT }]);
    const users = [
      { name: 'good', password: 'long enough 1', tags: '' },
      { name: 'bad', password: 'long enough', tags: '' },
    ];
    const post = await apiOf(broker)('POST', '/definitions', { body: { users } });
    expect([post.status, post.json]).toEqual([
      400,
      { error: 'bad_request', reason: `$.users[1].password: ${PATTERN}` },
    ]);
    expect(broker.users.list().map(({ name }) => name)).toEqual(['guest']);
  });

  it('are not what a pattern says that is none', async () => {
    await expect(Broker.start({ port: 0, passwordPattern: '(' })).rejects.toThrow('passwordPattern is invalid');
  });
});
