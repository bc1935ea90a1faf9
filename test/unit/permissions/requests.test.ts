/**
 * What requests over HTTP ask of the permissions of who makes them, beside the tags that roles.test.ts is about: each row of `spec/http-api.json` for a vhost
 * is refused to who may not enter it, and what is done with exchanges and queues asks the same as by AMQP.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble, type BrokerParts } from '../../../src/embed/assemble.ts';
import type { Broker } from '../../../src/index.ts';
import { AskedAuthority } from '../../support/asked-authority.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

interface Row {
  readonly method: string;
  readonly path: string;
  readonly role: string;
}

const rows = JSON.parse(readFileSync(new URL('../../../spec/http-api.json', import.meta.url), 'utf8')) as Row[];
/** Who administers users and vhosts need not be let into them. */
const IN_VHOSTS = rows.filter(
  ({ path, role }) => path.includes(':vhost') && !['administrator', 'anyone'].includes(role),
);
const REFUSED = 'User not authorised to access virtual host';

let parts: BrokerParts;
let ask: Ask;
let authority: AskedAuthority;

async function start(tags: readonly string[]): Promise<void> {
  parts = await assemble({ port: 0, managementPort: 0 });
  const { port: managementPort } = parts.listeners.places.find(({ protocol }) => protocol === 'http')!;
  ask = apiOf({ managementPort } as Broker);
  authority = AskedAuthority.for(parts.node, tags);
}

describe('a request for a vhost', () => {
  beforeAll(() => start(['management', 'policymaker']));
  afterAll(() => parts.ending.stop());

  it.each(IN_VHOSTS)('$method $path is refused to who may not enter it', async ({ method, path }) => {
    const names = path
      .replace(/^\/api/, '')
      .replaceAll(':vhost', '%2F')
      .replaceAll(/:\w+/g, 'no-such-thing');
    authority.deny('enter /');
    const body = method === 'GET' ? undefined : '{';
    const { status, text } = await ask(method, names, { body });
    expect(authority.asked.length > 0 || text.includes('Not monitor user')).toBe(true);
    expect([status, text]).toEqual([401, expect.stringMatching(`${REFUSED}|Not monitor user`)]);
  });
});

const BIND = { routing_key: 'k' };
const GET = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' };
const PUBLISH = { properties: {}, routing_key: 'k', payload: 'x', payload_encoding: 'string' };
const TO_QUEUE = ['write queue q', 'read exchange t', 'read topic t k'];

describe('a request for an exchange or a queue', () => {
  beforeAll(async () => {
    await start(['administrator']);
    await ask('PUT', '/exchanges/%2F/t', { body: { type: 'topic' } });
    await ask('PUT', '/queues/%2F/q', { body: {} });
  });
  afterAll(() => parts.ending.stop());

  it.each<[string, string, object | undefined, readonly string[]]>([
    ['PUT', '/queues/%2F/new', {}, ['configure queue new']],
    ['PUT', '/exchanges/%2F/new', { type: 'direct' }, ['configure exchange new']],
    ['POST', '/bindings/%2F/e/t/q/q', BIND, TO_QUEUE],
    ['DELETE', '/bindings/%2F/e/t/q/q/k', undefined, TO_QUEUE],
    ['POST', '/exchanges/%2F/t/publish', PUBLISH, ['write exchange t', 'write topic t k']],
    ['POST', '/queues/%2F/q/get', GET, ['read queue q']],
    ['DELETE', '/queues/%2F/q/contents', undefined, ['read queue q']],
    ['DELETE', '/queues/%2F/new', undefined, ['configure queue new']],
    ['DELETE', '/exchanges/%2F/new', undefined, ['configure exchange new']],
  ])('%s %s asks what AMQP asks, and is refused without it', async (method, path, body, asks) => {
    for (const question of asks) {
      authority.deny(question);
      const { status, text } = await ask(method, path, { body });
      expect([question, status >= 400, /refused|not_authorised/i.test(text)]).toEqual([question, true, true]);
      expect(authority.asked.at(-1)).toBe(question);
    }
    authority.deny(undefined);
    expect((await ask(method, path, { body })).status).toBeLessThan(300);
    expect(authority.asked.filter((question) => !question.startsWith('enter'))).toEqual(asks);
  });
});
