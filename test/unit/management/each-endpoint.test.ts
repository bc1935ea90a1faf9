/**
 * Each row of `spec/http-api.json`, asked of a broker in which there is something of each kind: it answers with the statuses of the row, and with bodies as
 * `/api/openapi.json` describes them. A row that nothing here gets an answer from fails, and so does a status that does not come.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';
import { examplesOf, NODE, OneOfEach, ROWS, strayExamples } from '../../support/management/each-request.ts';
import { TokenServer } from '../../support/token-server.ts';
import { Schemas } from '../../support/management/schema.ts';

interface Content {
  readonly [type: string]: { readonly schema?: Readonly<Record<string, unknown>> };
}

interface Described {
  readonly parameters?: readonly { readonly name: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

let broker: Broker;
let provider: TokenServer;
let ask: Ask;
let all: OneOfEach;
let schemas: Schemas;
let paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;

beforeAll(async () => {
  provider = await TokenServer.start();
  const { issuer: managementOauthProviderUrl } = provider;
  broker = await Broker.start({
    port: 0,
    managementPort: 0,
    nodeName: NODE,
    managementOauthClientId: 'page',
    managementOauthProviderUrl,
  });
  ask = apiOf(broker);
  await describeApi();
  all = await OneOfEach.in({ url: broker.url, managementPort: broker.managementPort! }, ask);
});
afterAll(async () => {
  await all[Symbol.asyncDispose]();
  await broker.stop();
  await provider[Symbol.asyncDispose]();
});

async function describeApi(): Promise<void> {
  const { json } = await ask('GET', '/openapi.json');
  const document = json as { paths: typeof paths; components: { schemas: Record<string, never> } };
  ({ paths } = document);
  schemas = new Schemas(document.components.schemas);
}

it.each(ROWS)('$method $path', async (row) => {
  const described = paths[row.path.replaceAll(/:(\w+)/g, '{$1}')][row.method.toLowerCase()];
  for (const [status, { description }] of Object.entries(described.responses)) {
    expect([status, description]).toEqual([status, expect.any(String)]);
  }
  const statuses = new Set<number>();
  for (const example of examplesOf(row)) {
    const taken = described.requestBody?.content['application/json']?.schema;
    if (taken !== undefined) expect(schemas.problems(taken, example.body)).toEqual([]);
    const { status, text, headers } = await ask(row.method, all.pathOf(row, example), example);
    statuses.add(status);
    const [type, { schema }] = Object.entries(described.responses[status]?.content ?? {})[0] ?? [null, {}];
    if (type === null) expect([status, text]).toEqual([status, '']);
    else expect(headers.get('content-type')).toBe(type);
    if (schema !== undefined) expect(schemas.problems(schema, JSON.parse(text))).toEqual([]);
  }
  expect([...statuses].sort().map(String)).toEqual(Object.keys(row.answers).sort());
});

it('tells of `columns` wherever objects are got, and of `sort` wherever they are listed', () => {
  const named = (path: string): string[] => paths[path].get.parameters?.map(({ name }) => name) ?? [];
  expect(named('/api/whoami')).toEqual(['columns']);
  expect(named('/api/users')).toEqual(['sort', 'sort_reverse', 'columns']);
  expect(named('/api/queues')).toEqual(expect.arrayContaining(['page', 'type', 'sort', 'sort_reverse', 'columns']));
  expect(named('/api/version')).toEqual([]);
  expect(named('/api/queues/{vhost}/{queue}/messages/{position}/body')).toEqual([]);
});

it('has examples only of what there is', () => {
  expect(strayExamples()).toEqual([]);
});
