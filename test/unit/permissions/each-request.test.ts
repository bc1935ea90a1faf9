/**
 * What each row of `spec/http-api.json` asks of the permissions of who makes the request, who has no other tag than the row needs: it is made again
 * and again, each time with one permission more, until nothing is missing. Whatever is missing, it is refused, or shows nothing of the vhost.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assemble, type BrokerParts } from '../../../src/embed/assemble.ts';
import type { Broker } from '../../../src/index.ts';
import { AskedAuthority } from '../../support/asked-authority.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';
import { examplesOf, keyOf, OneOfEach, ROWS, type Row } from '../../support/management/each-request.ts';

/** Beside being let into the vhost of the path. A row that is not here asks for no more. */
const ASKS: Readonly<Record<string, readonly string[]>> = {
  'GET /aliveness-test/:vhost': ['configure queue', 'write exchange', 'read queue'],
  'GET /exchanges/:vhost/:exchange/messages': ['read exchange'],
  'GET /exchanges/:vhost/:exchange/messages/:position/body': ['read exchange'],
  'GET /queues/:vhost/:queue/messages': ['read queue'],
  'GET /queues/:vhost/:queue/messages/:position/body': ['read queue'],
  'PUT /exchanges/:vhost/:exchange': ['configure exchange'],
  'PUT /queues/:vhost/:queue': ['configure queue'],
  'POST /bindings/:vhost/e/:source/e/:destination': ['write exchange', 'read exchange', 'read topic'],
  'POST /bindings/:vhost/e/:source/q/:destination': ['write queue', 'read exchange', 'read topic'],
  'POST /exchanges/:vhost/:exchange/publish': ['write exchange', 'write topic'],
  'POST /queues/:vhost/:queue/get': ['read queue'],
  'POST /queues/:vhost/:queue/redrive': ['read queue', 'write exchange', 'write topic'],
  'DELETE /bindings/:vhost/e/:source/e/:destination/:properties': ['write exchange', 'read exchange', 'read topic'],
  'DELETE /bindings/:vhost/e/:source/q/:destination/:properties': ['write queue', 'read exchange', 'read topic'],
  'DELETE /exchanges/:vhost/:exchange': ['configure exchange'],
  'DELETE /exchanges/:vhost/:exchange/messages/:position': ['read exchange'],
  'DELETE /queues/:vhost/:queue': ['configure queue'],
  'DELETE /queues/:vhost/:queue/contents': ['read queue'],
  'DELETE /queues/:vhost/:queue/messages/:position': ['read queue'],
};

/** Of no one vhost: what is in those that somebody may not enter is not there for it. */
const FILTERED = [
  ...['bindings', 'exchanges', 'jobs', 'operator-policies', 'overview', 'parameters', 'parameters/:component'],
  ...['policies', 'queues', 'queues/detailed', 'vhost-limits', 'vhosts'],
].map((name) => `GET /${name}`);
const HIDDEN = ['GET /jobs/:id', 'DELETE /jobs/:id'];
/** A job asks on after its request was answered. */
const MAKES_A_JOB = 'POST /queues/:vhost/:queue/redrive';
/** It asks this for each message: those that may not go stay. */
const OF_MESSAGES = `${MAKES_A_JOB} write topic x none`;

let parts: BrokerParts;
let ask: Ask;
let authority: AskedAuthority;
let all: OneOfEach;

beforeAll(async () => {
  parts = await assemble({ port: 0, managementPort: 0 });
  const portOf = (name: string) => parts.listeners.places.find(({ protocol }) => protocol === name)!.port;
  const managementPort = portOf('http');
  ask = apiOf({ managementPort } as Broker);
  authority = AskedAuthority.for(parts.node, ['administrator']);
  all = await OneOfEach.in({ url: `amqp://ann:x@127.0.0.1:${portOf('amqp')}`, managementPort }, ask);
});
afterAll(async () => {
  await all[Symbol.asyncDispose]();
  await parts.ending.stop();
});

/** Who administers users and vhosts need not be let into them. */
function asksOf(row: Row): readonly string[] {
  const key = keyOf(row);
  const ofVhost = row.path.includes(':vhost') || key === 'GET /vhosts/:name';
  const enters = (ofVhost && row.role !== 'administrator') || FILTERED.includes(key) || HIDDEN.includes(key);
  return [...(enters ? ['enter /'] : []), ...(ASKS[key] ?? [])];
}

async function expectEnded(answer: string, expected: object = {}): Promise<void> {
  const { id } = JSON.parse(answer) as { readonly id: number };
  const job = async () => (await ask('GET', `/jobs/${id}`)).json;
  await expect.poll(job).toMatchObject({ state: 'completed', ...expected });
}

it.each(ROWS.filter(({ role }) => role !== 'anyone'))('$method $path', async (row) => {
  const key = keyOf(row);
  authority.tags = [row.role];
  for (const example of examplesOf(row)) {
    const allowed = new Set<string>();
    for (;;) {
      authority.allowOnly(allowed);
      const { status, text } = await ask(row.method, all.pathOf(row, example), example);
      const { denied } = authority;
      if (denied === undefined) {
        expect(Object.keys(row.answers)).toContain(String(status));
        if (key === MAKES_A_JOB) await expectEnded(text);
        break;
      }
      expect(allowed).not.toContain(denied);
      allowed.add(denied);
      if (FILTERED.includes(key)) expect([status, text]).toEqual([200, expect.not.stringContaining('"/"')]);
      else if (HIDDEN.includes(key)) expect(status).toBe(404);
      else if (`${key} ${denied}` === OF_MESSAGES) await expectEnded(text, { moved: 0 });
      else expect([status >= 400, text]).toEqual([true, expect.stringMatching(/refused|not authorised/i)]);
    }
    expect([...allowed].map((question) => question.split(' ').slice(0, 2).join(' '))).toEqual(asksOf(row));
  }
});
