/** Many of a kind: connections, and declarations of queues. */
import { crowdLoad } from '../load/crowd-load.ts';
import { declareEach } from './declare-each.ts';
import { higher, lower, scaled, type Scenario, type Settings } from '../scenario.ts';
import { numbered, Topology } from './topology.ts';

async function crowd(url: string, settings: Settings) {
  const { rate, p99, opened } = await crowdLoad(url, scaled(1000, settings), 1, settings);
  return [higher('consumed', rate, '/s'), lower('p99', p99, 'µs'), higher('opened', opened, '/s')];
}

async function declareMany(url: string, settings: Settings) {
  const names = numbered('bench.declare', scaled(10_000, settings) + 1);
  await using topology = await Topology.open(url);
  for (const name of names) await topology.deleteQueue(name);
  const declared = await declareEach(topology, names);
  for (const name of names) await topology.deleteQueue(name);
  return declared;
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
