/** What is said of a vhost that there is not, as RabbitMQ 3.10.8 says it: by what is asked for, and not the same everywhere. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
});
afterAll(() => broker.stop());

const NO_OBJECT = [404, { error: 'Object Not Found', reason: 'Not Found' }];
const NO_VHOST = [404, { error: 'not_found', reason: 'vhost_not_found' }];
const WRONG = [400, { error: 'bad_request', reason: 'vhost_not_found' }];
const REFUSED = [401, { error: 'not_authorised', reason: 'Access refused.' }];
const NONE = [200, []];

const MESSAGE = { properties: {}, routing_key: 'k', payload: 'p', payload_encoding: 'string' };
const TAKE = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' };

it.each([
  ['GET', '/queues/nope', NO_OBJECT],
  ['GET', '/queues/nope/q', NO_OBJECT],
  ['DELETE', '/queues/nope/q', NO_OBJECT],
  ['PUT', '/queues/nope/q', NO_VHOST, {}],
  ['POST', '/queues/nope/q/get', REFUSED, TAKE],
  ['POST', '/exchanges/nope/x/publish', REFUSED, MESSAGE],
  ['GET', '/bindings/nope', NO_OBJECT],
  ['GET', '/bindings/nope/e/x/q/q', NONE],
  ['GET', '/bindings/nope/e/x/e/y', NONE],
  ['GET', '/queues/nope/q/bindings', NONE],
  ['GET', '/exchanges/nope/x/bindings/source', NONE],
  ['GET', '/exchanges/nope/x/bindings/destination', NONE],
  ['GET', '/bindings/nope/e/x/q/q/k', NO_OBJECT],
  ['POST', '/bindings/nope/e/x/q/q', NO_VHOST, {}],
  ['GET', '/definitions/nope', WRONG],
  ['POST', '/definitions/nope', NO_VHOST, {}],
  ['GET', '/aliveness-test/nope', NO_OBJECT],
] as const)('%s %s', async (method, path, [status, body], sent?: object) => {
  const { status: got, json } = await ask(method, path, { body: sent });
  expect([got, json]).toEqual([status, body]);
});

it.each([
  '/queues/%2F/nope/bindings',
  '/exchanges/%2F/nope/bindings/source',
  '/exchanges/%2F/nope/bindings/destination',
])('what is not there has no bindings: %s', async (path) => {
  const { status, json } = await ask('GET', path);
  expect([status, json]).toEqual(NONE);
});
