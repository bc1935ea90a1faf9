/** A start with very much to take in: the event loop has its turns meanwhile, and nobody sees a broker that has a part of it. */
import { expect, test } from 'vitest';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import { systemClock } from '../../../../src/util/system.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

const QUEUES = 200;
/** What looking at the clock takes, in milliseconds, and so each step. */
const STEP_MS = 10;

test('a start gives others their turns between slices of time, and does nothing else before it is over', async () => {
  const { node, store } = nodeInMemory();
  const declare = (name: string, args: [string, { type: 'long'; value: number }][] = []): unknown =>
    node
      .vhost('/')!
      .declareQueue({ name, durable: true, autoDelete: false, owner: undefined, arguments: new Map(args) });
  declare('expiring', [['x-expires', { type: 'long', value: 1 }]]);
  for (let n = 0; n < QUEUES; n++) declare(`q${n}`);
  await new Promise<void>((resolve) => store.afterCommit(resolve));

  const messages = new HandClock();
  let elapsed = 0;
  let done = false;
  /** Whether it was there in each of the turns. */
  const seen: boolean[] = [];
  const connections = {
    ...systemClock,
    elapsed: () => (elapsed += STEP_MS),
    soon: (callback: () => void) => {
      messages.pass(1000);
      seen.push(restarted.vhost('/')?.queue('expiring') !== undefined);
      systemClock.soon(callback);
    },
  };
  const restarted = new BrokerNode(store, Infinity, undefined, { messages, connections });
  restarted.timeSlices.add({ writes: false, step: () => ((done = true), false) });
  await restarted.recoverInSlices();
  expect(seen.length).toBeGreaterThan((QUEUES * STEP_MS) / 100);
  // From some turn on.
  expect(seen.slice(seen.indexOf(true))).not.toContain(false);
  expect([...restarted.vhost('/')!.queues]).toHaveLength(QUEUES + 1);
  expect(done).toBe(false);

  messages.pass(1000);
  expect(restarted.vhost('/')!.queue('expiring')).toBeUndefined();
  await expect.poll(() => done).toBe(true);
});
