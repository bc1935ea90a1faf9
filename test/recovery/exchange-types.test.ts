/** What becomes of the exchange types beyond the specification's: they and their bindings come back; a history does not. */
import { describe, expect } from 'vitest';
import { confirmChannel, drain, refusal } from '../support/recovery/clients.ts';
import { sharedRestarts } from '../support/recovery/shared-restarts.ts';

const CUSTOMERS = Array.from({ length: 30 }, (_, index) => `customer ${index}`);

describe.each(['crash', 'stop'] as const)('after a %s and a restart', (end) => {
  const scenario = sharedRestarts(end);

  for (const [type, args, weights] of [
    ['x-consistent-hash', { 'hash-header': 'customer' }, { a: '1', b: '2' }],
    ['x-modulus-hash', {}, { a: 'a', b: 'b' }],
  ] as const) {
    scenario(`${type} sends every message where it sent its like before`, async function* (broker) {
      const channel = await confirmChannel(broker.url);
      await channel.assertExchange('spread', type, { arguments: args });
      for (const [queue, weight] of Object.entries(weights)) {
        await channel.assertQueue(queue);
        await channel.bindQueue(queue, 'spread', weight);
      }
      const round = async (): Promise<string[][]> => {
        const publisher = await confirmChannel(broker.url);
        for (const customer of CUSTOMERS) {
          const routingKey = type === 'x-modulus-hash' ? customer : 'any';
          publisher.publish('spread', routingKey, Buffer.from(customer), { headers: { customer } });
        }
        await publisher.waitForConfirms();
        return [await drain(broker.url, 'a'), await drain(broker.url, 'b')];
      };
      const before = await round();
      expect(Math.min(...before.map(({ length }) => length))).toBeGreaterThan(0);
      yield;
      expect(await round()).toEqual(before);
    });
  }

  scenario(
    'x-random still picks one of its bindings, and x-local-random refuses a binding key',
    async function* (broker) {
      const channel = await confirmChannel(broker.url);
      await channel.assertExchange('random', 'x-random');
      await channel.assertExchange('local', 'x-local-random');
      for (const queue of ['a', 'b']) {
        await channel.assertQueue(queue);
        await channel.bindQueue(queue, 'random', '');
      }
      yield;
      const publisher = await confirmChannel(broker.url);
      for (const customer of CUSTOMERS) publisher.publish('random', '', Buffer.from(customer));
      await publisher.waitForConfirms();
      const held = [...(await drain(broker.url, 'a')), ...(await drain(broker.url, 'b'))];
      expect(held.sort()).toEqual([...CUSTOMERS].sort());
      expect(await refusal(broker.url, (again) => again.bindQueue('a', 'local', 'key'))).toBe(406);
    },
  );

  scenario('x-recent-history keeps its length and its bindings, and no messages', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertExchange('news', 'x-recent-history', { arguments: { 'x-recent-history-length': 2 } });
    for (const queue of ['early', 'late']) await channel.assertQueue(queue);
    await channel.bindQueue('early', 'news', '');
    channel.publish('news', '', Buffer.from('forgotten'), { persistent: true });
    await channel.waitForConfirms();
    yield;
    const again = await confirmChannel(broker.url);
    for (const news of ['1', '2', '3']) again.publish('news', '', Buffer.from(news));
    await again.bindQueue('late', 'news', '');
    await again.waitForConfirms();
    // A restart delivers nothing a second time: the binding that came back is not a new one.
    expect(await drain(broker.url, 'early')).toEqual(['forgotten', '1', '2', '3']);
    expect(await drain(broker.url, 'late')).toEqual(['2', '3']);
  });
});
