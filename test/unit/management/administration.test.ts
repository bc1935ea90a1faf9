/** Users, vhosts, permissions, policies, limits and parameters over HTTP: statuses and texts as measured on RabbitMQ. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { AmqpClient } from '../../support/amqp-client/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
});
afterAll(() => broker.stop());

/** Status, and the reason if there is one. */
async function outcome(method: string, path: string, body?: unknown, as?: string): Promise<unknown> {
  const { status, text } = await ask(method, path, { body, ...(as !== undefined && { as }) });
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
  const reason = (json as { reason?: unknown } | undefined)?.reason;
  return reason === undefined ? status : [status, reason];
}

const failed = (text: string): unknown => [400, `Validation failed\n\n${text}\n`];

describe('vhosts', () => {
  it('tell how much their clients sent and were sent, those that are gone too', async () => {
    await broker.vhosts.create('busy');
    const octets = async (): Promise<number[]> => {
      const { recv_oct: received, send_oct: sent } = (await ask('GET', '/vhosts/busy')).json as Record<string, number>;
      return [received, sent];
    };
    expect(await octets()).toEqual([0, 0]);
    const client = await AmqpClient.connect(`${broker.url}/busy`);
    await client.channel();
    const open = await octets();
    expect(Math.min(...open)).toBeGreaterThan(100);
    await client.close();
    const closed = await octets();
    expect(closed.every((count, i) => count >= open[i])).toBe(true);
    expect((await ask('GET', '/vhosts/busy')).json).toMatchObject({
      recv_oct_details: { rate: expect.any(Number) as number },
    });
    await broker.vhosts.delete('busy');
  });

  it('are created, described anew and deleted, each time with the status of RabbitMQ', async () => {
    expect(await outcome('PUT', '/vhosts/v', { description: 'one', tags: 'a,b', default_queue_type: 'quorum' })).toBe(
      201,
    );
    expect(await outcome('PUT', '/vhosts/v', { tags: ['c'] })).toBe(204);
    const { json } = await ask('GET', '/vhosts/v');
    expect(json).toMatchObject({ name: 'v', description: 'one', tags: ['c'], default_queue_type: 'quorum' });
    expect(json).toMatchObject({ metadata: { description: 'one', tags: ['c'] } });
    expect(await outcome('DELETE', '/vhosts/v')).toBe(204);
    expect(await outcome('DELETE', '/vhosts/v')).toEqual([404, 'Not Found']);
    expect(await outcome('GET', '/vhosts/v')).toEqual([404, 'Not Found']);
  });

  it('are listed for who may enter them, or monitors', async () => {
    await broker.vhosts.create('hidden');
    for (const tag of ['management', 'monitoring']) await broker.users.create(tag, 'secret', [tag]);
    await broker.users.setPermissions('management', '/', { configure: '', write: '', read: '' });
    const names = async (as: string): Promise<unknown> =>
      ((await ask('GET', '/vhosts?columns=name', { as: `${as}:secret` })).json as { name: string }[]).map(
        ({ name }) => name,
      );
    expect(await names('management')).toEqual(['/']);
    expect(await names('monitoring')).toEqual(['/', 'hidden']);
    expect(await outcome('GET', '/vhosts/hidden', undefined, 'management:secret')).toEqual([
      401,
      'Not administrator user',
    ]);
    expect(await outcome('PUT', '/vhosts/x', {}, 'monitoring:secret')).toEqual([401, 'Not administrator user']);
  });
});

describe('users', () => {
  it('are created with a password, a hash, or neither', async () => {
    expect(await outcome('PUT', '/users/u', { password: 'p', tags: 'a,b' })).toBe(201);
    expect((await ask('GET', '/users/u')).json).toMatchObject({ name: 'u', tags: ['a', 'b'], limits: {} });
    const { password_hash: hash } = (await ask('GET', '/users/u')).json as { password_hash: string };
    expect(await outcome('PUT', '/users/u', { password_hash: hash, tags: ['management'] })).toBe(204);
    expect((await ask('GET', '/whoami', { as: 'u:p' })).json).toEqual({ name: 'u', tags: ['management'] });
    expect(await outcome('PUT', '/users/u', { tags: [] })).toBe(204);
    expect((await ask('GET', '/whoami', { as: 'u:p' })).status).toBe(401);
    expect(await outcome('DELETE', '/users/u')).toBe(204);
  });

  it.each([
    [{ password: 'p' }, 'tags_not_present'],
    [{ password: 'p', password_hash: '', tags: '' }, 'both_password_and_password_hash_are_provided'],
    [{ password_hash: '!!', tags: '' }, ['not_base64', '!!']],
  ])('that are %j are refused', async (body, reason) => {
    expect(await outcome('PUT', '/users/u', body)).toEqual([400, reason]);
  });

  it('are deleted together: those that there are', async () => {
    await broker.users.create('one', 'secret');
    expect(await outcome('POST', '/users/bulk-delete', {})).toEqual([400, '[{key_missing,users}]']);
    expect(await outcome('POST', '/users/bulk-delete', { users: ['x', 'one'] })).toEqual([400, ['no_such_user', 'x']]);
    expect(await outcome('GET', '/users/one')).toEqual([404, 'Not Found']);
  });

  it('have permissions and topic permissions', async () => {
    await broker.users.create('p', 'secret');
    const all = { configure: '.*', write: '.*', read: '.*' };
    expect((await ask('GET', '/users/without-permissions')).json).toMatchObject([
      { name: 'monitoring' },
      { name: 'p' },
    ]);
    expect(await outcome('PUT', '/permissions/%2F/p', {})).toEqual([
      400,
      '[{key_missing,configure},{key_missing,write},{key_missing,read}]',
    ]);
    expect(await outcome('PUT', '/permissions/%2F/nobody', all)).toEqual([400, 'vhost_or_user_not_found']);
    expect(await outcome('PUT', '/permissions/%2F/p', { ...all, read: '(' })).toEqual([
      400,
      ['invalid_regexp', `regular expression '(' is invalid: {"missing )",1}`],
    ]);
    expect(await outcome('PUT', '/permissions/%2F/p', all)).toBe(201);
    expect(await outcome('PUT', '/permissions/%2F/p', all)).toBe(204);
    expect((await ask('GET', '/users/p/permissions')).json).toEqual([{ user: 'p', vhost: '/', ...all }]);
    const topic = { exchange: 'amq.topic', write: '^a', read: '.*' };
    expect(await outcome('PUT', '/topic-permissions/%2F/p', topic)).toBe(201);
    expect((await ask('GET', '/topic-permissions/%2F/p')).json).toEqual([{ user: 'p', vhost: '/', ...topic }]);
    expect(await outcome('DELETE', '/topic-permissions/%2F/p/amq.topic')).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect(await outcome(method, '/topic-permissions/%2F/p')).toEqual([404, 'Not Found']);
    }
    expect(await outcome('DELETE', '/permissions/%2F/p')).toBe(204);
    expect(await outcome('DELETE', '/permissions/%2F/p')).toEqual([404, 'Not Found']);
  });
});

describe('policies', () => {
  it('are set, shown and cleared', async () => {
    const policy = { pattern: '^q', definition: { 'max-length': 5 } };
    for (const path of ['/policies/%2F/p', '/operator-policies/%2F/p']) {
      expect(await outcome('PUT', path, policy)).toBe(201);
      expect(await outcome('PUT', path, { ...policy, priority: 1, 'apply-to': 'queues' })).toBe(204);
      const shown = { vhost: '/', name: 'p', ...policy, priority: 1, 'apply-to': 'queues' };
      expect((await ask('GET', path)).json).toEqual(shown);
      expect((await ask('GET', path.slice(0, -6))).json).toEqual([shown]);
      expect(await outcome('DELETE', path)).toBe(204);
      expect(await outcome('DELETE', path)).toEqual([404, 'Not Found']);
    }
  });

  it.each([
    [{ pattern: 5, definition: {} }, 'pattern should be a binary but was 5'],
    [{ pattern: '^', definition: {} }, 'no policy provided'],
    [{ pattern: '^', definition: { foo: 5 } }, '[{<<"foo">>,5}] are not recognised policy settings'],
    [{ pattern: '^', definition: { 'max-length': 'a' } }, '<<"a">> is not a valid maximum length'],
    [
      { pattern: '^', definition: { 'max-length': 5 }, priority: 'x' },
      'priority should be a number, actually was <<"x">>',
    ],
    [
      { pattern: '^', definition: { 'max-length': 5 }, 'apply-to': 'nope' },
      "apply-to 'nope' unrecognised; should be 'queues', 'exchanges' or 'all'",
    ],
  ])('such as %j are refused with the text of RabbitMQ', async (body, text) => {
    expect(await outcome('PUT', '/policies/%2F/bad', body)).toEqual(failed(text));
  });
});

describe('limits', () => {
  it('of vhosts and users are set one by one', async () => {
    expect(await outcome('PUT', '/vhost-limits/%2F/max-queues', { value: 1000 })).toBe(204);
    expect((await ask('GET', '/vhost-limits')).json).toEqual([{ vhost: '/', value: { 'max-queues': 1000 } }]);
    expect(await outcome('PUT', '/vhost-limits/%2F/max-queues', { value: 'x' })).toEqual(
      failed('max-queues should be a number, actually was <<"x">>'),
    );
    expect(await outcome('PUT', '/vhost-limits/%2F/nope', { value: 5 })).toEqual(
      failed('Unrecognised terms [{<<"nope">>,5}] in limits'),
    );
    expect(await outcome('DELETE', '/vhost-limits/%2F/max-queues')).toBe(204);
    expect((await ask('GET', '/vhost-limits/%2F')).json).toEqual([]);
    expect(await outcome('PUT', '/user-limits/guest/max-channels', { value: 50 })).toBe(204);
    expect((await ask('GET', '/users/guest')).json).toMatchObject({ limits: { 'max-channels': 50 } });
    expect(await outcome('DELETE', '/user-limits/guest/max-channels')).toBe(204);
    expect(await outcome('GET', '/user-limits/nobody')).toEqual([404, 'Not Found']);
  });
});

describe('parameters', () => {
  it('that are global are kept; those of components that there are not are refused', async () => {
    expect(await outcome('PUT', '/global-parameters/cluster_tags', { value: { a: 1 } })).toBe(201);
    expect(await outcome('PUT', '/global-parameters/cluster_tags', { value: [] })).toBe(204);
    expect((await ask('GET', '/global-parameters/cluster_tags')).json).toEqual({ name: 'cluster_tags', value: [] });
    expect(await outcome('DELETE', '/global-parameters/cluster_tags')).toBe(204);
    expect(await outcome('GET', '/global-parameters/cluster_tags')).toEqual([404, 'Not Found']);
    expect(await outcome('PUT', '/parameters/nope/%2F/x', { value: 1 })).toEqual(failed('component nope not found'));
    expect((await ask('GET', '/parameters')).json).toEqual([]);
  });

  it('of policies are listed if one asks for them, and set at their own place', async () => {
    const policy = { pattern: '^q', definition: { 'max-length': 5 }, priority: 0, 'apply-to': 'queues' };
    for (const path of ['policies', 'operator-policies']) await outcome('PUT', `/${path}/%2F/p`, policy);
    const shown = (component: string) => ({ vhost: '/', component, name: 'p', value: policy });
    expect((await ask('GET', '/parameters')).json).toEqual([shown('operator_policy')]);
    expect((await ask('GET', '/parameters/policy')).json).toEqual([shown('policy')]);
    expect((await ask('GET', '/parameters/operator_policy/%2F')).json).toEqual([shown('operator_policy')]);
    expect((await ask('GET', '/parameters/policy/%2F/p')).json).toEqual(shown('policy'));
    expect((await ask('GET', '/parameters/nope')).json).toEqual([]);
    expect(await outcome('PUT', '/parameters/policy/%2F/p', { value: policy })).toEqual([
      400,
      'policies may not be set using this method',
    ]);
    for (const path of ['policies', 'operator-policies']) await outcome('DELETE', `/${path}/%2F/p`);
  });
});
