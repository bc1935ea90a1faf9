/** What a broker costs before it does anything, and what each thing it holds adds: for brokers that the bench starts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchConnection } from '../client/connection.ts';
import { lower, MB, type Measurement, scaled, type Scenario, type Settings } from '../scenario.ts';
import type { LaunchedBroker } from '../target/launch.ts';
import type { Target } from '../target/target.ts';
import { fill, QUEUE, withBacklogQueue } from './backlog.ts';
import { numbered, Topology } from './topology.ts';

/** Until memory has settled, in milliseconds. */
const SETTLE_MS = 1500;

export async function settled(broker: LaunchedBroker, ms = SETTLE_MS): Promise<number> {
  await sleep(ms);
  return broker.resident();
}

async function memory(target: Target, settings: Settings): Promise<Measurement[]> {
  const results: Measurement[] = [];
  await using disposables = new AsyncDisposableStack();
  const broker = await target.launch!();
  disposables.defer(() => broker.stop());
  let before = await settled(broker);
  results.push(lower('idle', before / MB, 'MB'));
  const measure = async (metric: string, count: number): Promise<void> => {
    const after = await settled(broker);
    results.push(lower(metric, (after - before) / count, 'bytes'));
    before = after;
  };

  const connections: BenchConnection[] = [];
  const connectionCount = scaled(1000, settings);
  for (let i = 0; i < connectionCount; i++) connections.push(await BenchConnection.open(broker.url));
  disposables.defer(() => connections.forEach((connection) => connection.destroy()));
  await measure('a connection', connectionCount);

  const channels = 10 * connectionCount;
  for (let i = 0; i < channels; i++) {
    const connection = connections[i % connectionCount];
    await connection.call(1 + Math.floor(i / connectionCount), { name: 'channel.open' }, 'channel.open-ok');
  }
  await measure('a channel', channels);

  const queues = numbered('bench.memory', scaled(10_000, settings) + 1);
  const topology = await Topology.open(broker.url);
  for (const queue of queues) await topology.declareQueue(queue, true);
  await measure('a queue', queues.length);

  const consume = { name: 'basic.consume', consumerTag: '', noLocal: false, noAck: false, exclusive: false } as const;
  for (const [i, queue] of queues.entries()) {
    const method = { ...consume, queue, noWait: false, arguments: new Map() };
    await connections[i % connectionCount].call(1, method, 'basic.consume-ok');
  }
  await measure('a consumer', queues.length);
  return results;
}

async function messages(target: Target, settings: Settings): Promise<Measurement[]> {
  const broker = await target.launch!();
  try {
    const count = scaled(1_000_000, settings);
    const before = await settled(broker);
    return await withBacklogQueue(broker.url, async (topology) => {
      await fill(broker.url, count);
      await topology.expectReady(QUEUE, count);
      const after = await settled(broker);
      return [lower('added', (after - before) / MB, 'MB'), lower('a message', (after - before) / count, 'bytes')];
    });
  } finally {
    await broker.stop();
  }
}

export const processes: readonly Scenario[] = [
  {
    name: 'start',
    group: 'process',
    description: 'from exec to the first AMQP answer, with an empty data folder',
    needsCommand: true,
    run: async (target) => {
      const broker = await target.launch!();
      await broker.stop();
      return [lower('answer', broker.startMs, 'ms')];
    },
  },
  {
    name: 'memory',
    group: 'process',
    description: 'resident memory: idle, a connection (of 1,000), a channel, a queue, a consumer (of 10,000)',
    needsCommand: true,
    run: memory,
  },
  {
    name: 'memory1m',
    group: 'process',
    description: 'resident memory that 1,000,000 persistent 16 B messages add, unconsumed',
    needsCommand: true,
    run: messages,
  },
];
