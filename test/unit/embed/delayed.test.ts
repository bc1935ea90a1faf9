/** `broker.delayed`, by what clients published. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Broker, ChangeError } from '../../../src/index.ts';
import { confirmChannel } from '../../support/recovery/clients.ts';

const HOUR = 3_600_000;

async function started(): Promise<Broker> {
  const broker = await Broker.start({ port: 0 });
  onTestFinished(() => broker.stop());
  const channel = await confirmChannel(broker.url);
  for (const exchange of ['hours', 'none']) {
    await channel.assertExchange(exchange, 'x-delayed-message', { arguments: { 'x-delayed-type': 'direct' } });
  }
  for (const hours of [3, 2, 1e12]) {
    channel.publish('hours', '', Buffer.from('x'), { headers: { 'x-delay': hours * HOUR } });
  }
  await channel.waitForConfirms();
  return broker;
}

describe('the messages that wait at delayed exchanges', () => {
  test('are counted, with the moment at which the first goes on', async () => {
    const begin = Date.now();
    const broker = await started();
    expect(broker.delayed.list()).toMatchObject([
      { exchange: 'hours', messages: 3 },
      { exchange: 'none', messages: 0, next: undefined },
    ]);
    const next = broker.delayed.get('hours')!.next!.getTime();
    expect(next).toBeGreaterThanOrEqual(begin + 2 * HOUR);
    expect(next).toBeLessThanOrEqual(Date.now() + 2 * HOUR);
    expect([broker.delayed.get('amq.direct'), broker.delayed.get('nowhere')]).toEqual([undefined, undefined]);
  });

  test('are cancelled', async () => {
    const broker = await started();
    expect(await broker.delayed.purge('hours')).toBe(3);
    expect(await broker.delayed.purge('hours')).toBe(0);
    expect(broker.delayed.get('hours')).toEqual({ exchange: 'hours', messages: 0, next: undefined });
  });

  test('are those of one vhost', async () => {
    const broker = await started();
    await broker.vhosts.create('shop');
    expect(broker.delayed.list({ vhost: 'shop' })).toEqual([]);
    expect(broker.delayed.get('hours', { vhost: 'shop' })).toBeUndefined();
    await expect(broker.delayed.purge('hours', { vhost: 'shop' })).rejects.toThrow(ChangeError);
    await expect(broker.delayed.purge('amq.direct')).rejects.toThrow("Delayed exchange 'amq.direct' does not exist");
    expect(() => broker.delayed.list({ vhost: 'nowhere' })).toThrow("Virtual host 'nowhere' does not exist");
  });

  test('may wait for longer than a Date can say', async () => {
    const broker = await started();
    const channel = await confirmChannel(broker.url);
    channel.publish('none', '', Buffer.from('x'), { headers: { 'x-delay': Number.MAX_SAFE_INTEGER } });
    await channel.waitForConfirms();
    expect(broker.delayed.get('none')!.next).toEqual(new Date(8.64e15));
  });
});
