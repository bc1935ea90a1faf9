/** Messages age by one clock, and clients live by another. */
import { expect, it } from 'vitest';
import { HandClock } from '../../support/hand-clock.ts';
import { MemoryBroker } from '../../support/memory-broker.ts';

const HOUR = 3_600_000;

it('a message expires in hours of its clock while no heartbeat is missed, and the other way round', async () => {
  const clocks = { messages: new HandClock(), connections: new HandClock() };
  await using broker = await MemoryBroker.start(clocks);
  const client = await broker.connect({ tune: { heartbeat: 30 } });
  const channel = await client.channel();
  await channel.queue('dead');
  const letters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
  await channel.queue('q', { exclusive: false, arguments: { 'x-message-ttl': 2 * HOUR, ...letters } });
  channel.publish('q', 'first');
  await channel.expectCounts('q', { messages: 1 });

  clocks.messages.pass(2 * HOUR);
  await channel.expectCounts('q', { messages: 0 });
  await channel.expectCounts('dead', { messages: 1 });

  channel.publish('q', 'second');
  await channel.expectCounts('q', { messages: 1 });
  clocks.connections.pass(2 * HOUR);
  await expect.poll(() => client.socket.destroyed).toBe(true);
  expect(broker.vhost.queue('q')!.ready).toBe(1);
});
