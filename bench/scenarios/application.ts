/** What an application sees: request and reply, and amqplib on both sides. */
import { runLoad } from '../load/load.ts';
import { higher, type Scenario } from '../scenario.ts';
import { percentiles } from './latency.ts';
import { Topology } from './topology.ts';

const UNCONFIRMED = 200;
const PREFETCH = 200;
const SIZE = 1024;

export const application: readonly Scenario[] = [
  {
    name: 'rpc',
    group: 'application',
    description: 'request and reply by direct reply-to, 256 B, one request at a time',
    run: async (target, settings) => {
      const url = await target.url();
      const queue = 'bench.rpc';
      await using topology = await Topology.open(url);
      await topology.queues({ names: [queue], durable: false });
      const result = await runLoad(url, {
        roles: [
          { kind: 'responder', queue },
          { kind: 'requester', queue, size: 256 },
        ],
        ...settings,
      });
      return [higher('requests', result.consumeRate, '/s'), ...percentiles(result)];
    },
  },
  {
    name: 'amqplib',
    group: 'application',
    description: 'amqplib: 1 KiB persistent, confirm channel with 200 unconfirmed, prefetch 200, an ack a message',
    run: async (target, settings) => {
      const url = await target.url();
      const queue = 'bench.amqplib';
      await using topology = await Topology.open(url);
      await topology.queues({ names: [queue], durable: true });
      const result = await runLoad(url, {
        roles: [
          { kind: 'amqplib consumer', queue, size: SIZE, prefetch: PREFETCH },
          { kind: 'amqplib publisher', queue, size: SIZE, persistent: true, unconfirmed: UNCONFIRMED },
        ],
        ...settings,
      });
      await topology.expectReady(queue, 0);
      return [higher('consumed', result.consumeRate, '/s')];
    },
  },
];
