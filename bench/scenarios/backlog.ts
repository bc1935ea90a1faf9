/** A long queue: how fast it fills and drains, what memory it takes, and how soon a broker with it is back. */
import { LoadThreads } from '../load/load.ts';
import type { ConsumerSpec, PublisherSpec } from '../load/role.ts';
import { higher, lower, MB, type Measurement, scaled, type Scenario, type Settings } from '../scenario.ts';
import type { Target } from '../target/target.ts';
import { measureLives } from './lives.ts';
import { Topology } from './topology.ts';

/** The queue that `fill` publishes to. */
export const QUEUE = 'bench.backlog';
const MESSAGES = 1_000_000;
const SIZE = 16;
const UNCONFIRMED = 2000;
const PREFETCH = 1000;

/** Publishes `count` persistent messages, to the queues in turn, all confirmed; returns the seconds it took. */
export async function fill(url: string, count: number, queues: readonly string[] = [QUEUE]): Promise<number> {
  const publisher: PublisherSpec = {
    kind: 'publisher',
    exchange: '',
    routingKeys: queues,
    size: SIZE,
    persistent: true,
    unconfirmed: UNCONFIRMED,
    rate: 0,
    count,
  };
  await using threads = new LoadThreads(url, [publisher]);
  await threads.ready();
  const startedAt = performance.now();
  threads.tell('start');
  await threads.stop();
  const seconds = (performance.now() - startedAt) / 1000;
  const { confirmed } = threads.sample();
  if (confirmed !== count) throw new Error(`${confirmed} of ${count} were confirmed`);
  await threads.end();
  return seconds;
}

/** Consumes and acknowledges `count` messages, which is all there are; returns the seconds from the first. */
async function drain(url: string, count: number): Promise<number> {
  const consumer: ConsumerSpec = {
    kind: 'consumer',
    queues: [QUEUE],
    autoAck: false,
    prefetch: PREFETCH,
    ackEvery: 0,
    size: SIZE,
    timed: false,
  };
  const startedAt = performance.now();
  await using threads = new LoadThreads(url, [consumer]);
  await threads.ready();
  await threads.consumed(count);
  const seconds = (performance.now() - startedAt) / 1000;
  await threads.end();
  return seconds;
}

/** The queue for the backlog, which `use` works with. */
export async function withBacklogQueue<Result>(url: string, use: (topology: Topology) => Promise<Result>) {
  await using topology = await Topology.open(url);
  await topology.queues({ names: [QUEUE], durable: true });
  return await use(topology);
}

async function drainOne(target: Target, settings: Settings): Promise<Measurement[]> {
  const url = await target.url();
  const count = scaled(MESSAGES, settings);
  return withBacklogQueue(url, async (topology) => {
    const filling = await fill(url, count);
    await topology.expectReady(QUEUE, count);
    const draining = await drain(url, count);
    return [higher('drained', count / draining, '/s'), higher('filled', count / filling, '/s')];
  });
}

function restart(target: Target, settings: Settings): Promise<Measurement[]> {
  const count = scaled(MESSAGES, settings);
  return measureLives(target, [
    async ({ url }) => {
      const topology = await Topology.open(url);
      await topology.declareQueue(QUEUE, true);
      await fill(url, count);
      await topology.connection.close();
      return [];
    },
    async (broker) => {
      const topology = await Topology.open(broker.url);
      await topology.expectReady(QUEUE, count);
      await topology.connection.close();
      return [lower('answer', broker.startMs, 'ms'), lower('resident', broker.resident() / MB, 'MB')];
    },
  ]);
}

export const backlog: readonly Scenario[] = [
  {
    name: 'drain1m',
    group: 'backlog',
    description:
      '1,000,000 persistent 16 B messages published with 2,000 unconfirmed, then drained with prefetch 1,000',
    run: drainOne,
  },
  {
    name: 'restart1m',
    group: 'backlog',
    description: 'from exec to the first AMQP answer with 1,000,000 persistent 16 B messages in the store',
    needsCommand: true,
    run: restart,
  },
];
