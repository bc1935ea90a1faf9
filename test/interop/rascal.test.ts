/** rascal: virtual hosts that it asserts, checks and deletes over the HTTP API, and what it declares in one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { rascal, type RascalBroker } from '../support/interop/rascal.ts';
import { databaseOfTest } from '../support/interop/target.ts';

let broker: Broker;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, store: databaseOfTest(), managementPort: 0 });
});
afterAll(() => broker.stop());

function start(name: string, vhost: object): Promise<RascalBroker> {
  const connection = {
    hostname: '127.0.0.1',
    port: broker.port,
    user: 'guest',
    password: 'guest',
    management: { hostname: '127.0.0.1', port: broker.managementPort },
  };
  const config = {
    vhosts: {
      [name]: {
        connection,
        exchanges: ['letters'],
        queues: ['inbox'],
        bindings: ['letters[hare] -> inbox'],
        publications: { write: { exchange: 'letters', routingKey: 'hare' } },
        subscriptions: { read: { queue: 'inbox' } },
        ...vhost,
      },
    },
  };
  return rascal.BrokerAsPromised.create(rascal.withDefaultConfig(config));
}

const vhosts = (): string[] => Array.from(broker.vhosts.list(), ({ name }) => name);

test('asserts a virtual host, works in it, and deletes it', async () => {
  const client = await start('meadow', { assert: true, check: true });
  client.on('error', () => {});
  expect(vhosts()).toContain('meadow');
  const subscription = await client.subscribe('read');
  const received = new Promise((resolve) => {
    subscription.on('message', (_message: unknown, content: unknown, acknowledge: () => void) => {
      acknowledge();
      resolve(content);
    });
  });
  await client.publish('write', 'to a hare');
  expect(await received).toBe('to a hare');
  await client.nuke();
  expect(vhosts()).not.toContain('meadow');
});

test('is told that a virtual host is not there that it only checks', async () => {
  await expect(start('nowhere', { check: true })).rejects.toThrow('Failed to check vhost: nowhere');
  expect(vhosts()).not.toContain('nowhere');
});
