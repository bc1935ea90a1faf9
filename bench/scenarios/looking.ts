/** Looking into a broker with very many queues: how soon the HTTP API and metrics answer, and how long all others wait meanwhile. */
import { lower, type Measurement, scaled, type Scenario, type Settings } from '../scenario.ts';
import type { LaunchedBroker } from '../target/launch.ts';
import type { Target } from '../target/target.ts';
import { numbered, Topology } from './topology.ts';

const QUEUES = 20_000;
/** The first answers load and compile what makes them. */
const WARMING = 5;
const TIMES = 20;
const CREDENTIALS = `Basic ${btoa('guest:guest')}`;

/** What is asked, and what the measurement is called. */
const QUESTIONS = [
  ['queues', 'management', '/api/queues?page=1&page_size=100'],
  ['sorted queues', 'management', '/api/queues?page=1&page_size=100&sort=messages&sort_reverse=true'],
  ['definitions', 'management', '/api/definitions'],
  ['metrics', 'metrics', '/metrics'],
  ['per-object', 'metrics', '/metrics/per-object'],
] as const;

async function look(target: Target, settings: Settings): Promise<Measurement[]> {
  const broker = await target.launch!();
  try {
    const topology = await Topology.open(broker.url);
    await topology.declareQueues(numbered('bench.looking', scaled(QUEUES, settings) + 1));
    await topology.connection.close();
    const results: Measurement[] = [];
    for (const [name, where, path] of QUESTIONS) {
      for (let n = 0; n < WARMING; n++) await ask(broker[where] + path);
      const before = await lateTurns(broker);
      const times: number[] = [];
      for (let n = 0; n < TIMES; n++) times.push(await ask(broker[where] + path));
      times.sort((a, b) => a - b);
      results.push(lower(name, times[TIMES / 2], 'ms'));
      const longest = longestSince(before, await lateTurns(broker));
      if (longest !== undefined) results.push(lower(`longest turn, ${name}`, longest, 'ms'));
    }
    return results;
  } finally {
    await broker.stop();
  }
}

/** How long the whole answer took, in milliseconds. */
async function ask(url: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(url, { headers: { authorization: CREDENTIALS, 'accept-encoding': 'identity' } });
  if (!response.ok) throw new Error(`${url} is answered with ${response.status}`);
  for await (const chunk of response.body!) void chunk;
  return performance.now() - startedAt;
}

/** How often Leveret's event loop was no later than that, by bounds in seconds; empty for another broker. */
async function lateTurns({ metrics }: LaunchedBroker): Promise<Map<number, number>> {
  const text = await (await fetch(`${metrics}/metrics`)).text();
  const buckets = text.matchAll(/^leveret_event_loop_delay_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm);
  return new Map([...buckets].map(([, bound, count]) => [bound === '+Inf' ? Infinity : Number(bound), Number(count)]));
}

/** In milliseconds: the bound that none was beyond. */
function longestSince(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number | undefined {
  const all = (after.get(Infinity) ?? 0) - (before.get(Infinity) ?? 0);
  for (const [bound, count] of after) if (count - (before.get(bound) ?? 0) === all) return bound * 1000;
  return undefined;
}

export const looking: readonly Scenario[] = [
  {
    name: 'looking20k',
    group: 'process',
    description:
      'the HTTP API and metrics with 20,000 durable queues: answers, and how late the event loop is meanwhile',
    needsCommand: true,
    run: look,
  },
];
