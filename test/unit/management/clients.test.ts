/** Connections and channels, one by one: one's own, or of whoever monitors. */
import amqp from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;
let client: amqp.ChannelModel;
let connection: string;
let channel: string;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
  for (const tag of ['management', 'monitoring']) {
    await broker.users.create(tag, 'secret', [tag]);
    await ask('PUT', `/permissions/%2F/${tag}`, { body: { configure: '', write: '', read: '' } });
  }
  client = await amqp.connect(broker.url);
  await client.createChannel();
  [[connection], [channel]] = await Promise.all(['/connections', '/channels'].map(namesOf));
});
afterAll(async () => {
  await client.close();
  await broker.stop();
});

async function namesOf(path: string): Promise<string[]> {
  return ((await ask('GET', path)).json as { name: string }[]).map(({ name }) => encodeURIComponent(name));
}

it.each([
  ['GET', () => `/connections/${connection}`],
  ['GET', () => `/connections/${connection}/channels`],
  ['GET', () => `/channels/${channel}`],
  ['DELETE', () => `/connections/${connection}`],
])("refuses %s of another user's", async (method, path) => {
  const { status, json } = await ask(method, path(), { as: 'management:secret' });
  expect([status, json]).toEqual([401, { error: 'not_authorised', reason: 'User not authorised to access object' }]);
  if (method === 'GET') expect((await ask(method, path(), { as: 'monitoring:secret' })).status).toBe(200);
});

it.each(['/connections/nope', '/channels/nope'])('does not find %s', async (path) => {
  expect((await ask('GET', path, { as: 'management:secret' })).status).toBe(404);
});
