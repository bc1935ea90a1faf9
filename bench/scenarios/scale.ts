/** Many of a kind: connections, and declarations of queues. */
import { LoadThreads } from '../load/load.ts';
import { percentile } from '../load/times.ts';
import { higher, lower, scaled, type Scenario, type Settings } from '../scenario.ts';
import { numbered, Topology } from './topology.ts';

async function crowd(url: string, settings: Settings) {
  const connections = scaled(1000, settings);
  const startedAt = performance.now();
  await using threads = new LoadThreads(url, [{ kind: 'crowd', connections, queue: 'bench.crowd', size: 1024 }]);
  await threads.ready();
  const opening = (performance.now() - startedAt) / 1000;
  threads.tell('start');
  const sleep = (seconds: number) => threads.unlessFailed(new Promise((done) => setTimeout(done, seconds * 1000)));
  await sleep(settings.warmupSeconds);
  const before = threads.sample();
  await sleep(settings.seconds);
  const after = threads.sample();
  await threads.stop();
  await threads.consumed(threads.sample().published);
  const times = await threads.end();
  return [
    higher('consumed', ((after.consumed - before.consumed) / (after.at - before.at)) * 1000, '/s'),
    lower('p99', percentile(times, 0.99), 'µs'),
    higher('opened', connections / opening, '/s'),
  ];
}

/** Share of the declarations that counts as the first, and as the last. */
const EDGE = 10;

async function declareMany(url: string, settings: Settings) {
  const names = numbered('bench.declare', scaled(10_000, settings) + 1);
  await using topology = await Topology.open(url);
  for (const name of names) await topology.deleteQueue(name);
  const edge = Math.ceil(names.length / EDGE);
  const startedAt = performance.now();
  const took: number[] = [];
  for (const name of names) {
    const at = performance.now();
    await topology.declareQueue(name, true);
    took.push(performance.now() - at);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  for (const name of names) await topology.deleteQueue(name);
  const mean = (values: number[]) => (values.reduce((sum, value) => sum + value, 0) / values.length) * 1000;
  return [
    higher('declared', names.length / seconds, '/s'),
    lower('first tenth', mean(took.slice(0, edge)), 'µs'),
    lower('last tenth', mean(took.slice(-edge)), 'µs'),
  ];
}

export const scale: readonly Scenario[] = [
  {
    name: 'conn1k',
    group: 'scale',
    description: '1,000 connections, each with a queue and one 1 KiB transient message going round',
    run: async (target, settings) => crowd(await target.url(), settings),
  },
  {
    name: 'declare10k',
    group: 'scale',
    description: '10,000 durable queues declared one after the other',
    run: async (target, settings) => declareMany(await target.url(), settings),
  },
];
