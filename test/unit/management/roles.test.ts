/** Who may: each row of `spec/http-api.json`, asked by users of all tags and by nobody, before anything else of the request counts. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

interface Row {
  readonly method: string;
  readonly path: string;
  readonly role: string;
}

const rows = JSON.parse(readFileSync(new URL('../../../spec/http-api.json', import.meta.url), 'utf8')) as Row[];

/** Users by the one tag that each has, and what is said to those who lack a role. */
const TAGS = ['', 'management', 'policymaker', 'monitoring', 'administrator'];
const MAY: Readonly<Record<string, readonly string[]>> = {
  management: ['management', 'policymaker', 'monitoring', 'administrator'],
  policymaker: ['policymaker', 'administrator'],
  monitoring: ['monitoring', 'administrator'],
  administrator: ['administrator'],
};
const REFUSALS: Readonly<Record<string, string>> = {
  management: 'Not management user',
  policymaker: 'User not authorised to access object',
  monitoring: 'Not monitor user',
  administrator: 'Not administrator user',
};

let broker: Broker;
let ask: Ask;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
  for (const tag of TAGS) await broker.users.create(`u${tag}`, 'secret', tag === '' ? [] : [tag]);
});
afterAll(() => broker.stop());

/** With names that nothing has: whoever may ask is told so, or that what it sends makes no sense. */
const pathOf = ({ path }: Row): string => path.replace(/^\/api/, '').replaceAll(/:\w+/g, 'no-such-thing');

const NEEDS_USER = rows.filter(({ role, path }) => role !== 'anyone' && path !== '/api/events');

it.each(NEEDS_USER)('$method $path is for $role', async (row) => {
  const nobody = await ask(row.method, pathOf(row), { as: null });
  expect([nobody.status, nobody.text]).toEqual([401, '']);
  for (const tag of TAGS) {
    const body = row.method === 'GET' ? undefined : '{';
    const { status, text } = await ask(row.method, pathOf(row), { as: `u${tag}:secret`, body });
    const refusal = tag === '' ? REFUSALS.management : REFUSALS[row.role];
    const isRefused = status === 401 && text.includes(`"reason":"${refusal}"`);
    expect([tag, isRefused]).toEqual([tag, !MAY[row.role].includes(tag)]);
  }
});

it('has no role that is not known', () => {
  expect([...new Set(rows.map(({ role }) => role))].sort()).toEqual([...Object.keys(MAY), 'anyone'].sort());
});
