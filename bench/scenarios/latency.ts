/** How long messages take at a rate that the broker can keep, and whether a busy neighbour makes it worse. */
import { type LoadResult, runLoad } from '../load/load.ts';
import type { ConsumerSpec, PublisherSpec } from '../load/role.ts';
import { percentile } from '../load/times.ts';
import { higher, lower, type Measurement, type Settings, table } from '../scenario.ts';
import type { Target } from '../target/target.ts';
import { Topology } from './topology.ts';

interface SteadyLoad {
  readonly name: string;
  readonly description: string;
  /** Messages a second. */
  readonly rate: number;
  readonly size: number;
  readonly persistent: boolean;
  /** A publisher and a consumer of another queue at full speed beside it. */
  readonly neighbour?: boolean;
}

const LOADS: readonly SteadyLoad[] = [
  { name: 'lat5k', description: '5,000/s, 1 KiB persistent, acks', rate: 5000, size: 1024, persistent: true },
  { name: 'lat20k', description: '20,000/s, 256 B transient, acks', rate: 20_000, size: 256, persistent: false },
  {
    name: 'fair1k',
    description: '1,000/s, 256 B transient, acks, beside 16 B messages at full speed through another queue',
    rate: 1000,
    size: 256,
    persistent: false,
    neighbour: true,
  },
];

/** What is left of the rate where the broker keeps up. */
const KEPT_UP = 0.95;

export const latency = table('latency', LOADS, run);

export function percentiles({ times }: LoadResult): Measurement[] {
  return [lower('p50', percentile(times, 0.5), 'µs'), lower('p99', percentile(times, 0.99), 'µs')];
}

async function run(load: SteadyLoad, target: Target, settings: Settings): Promise<Measurement[]> {
  const url = await target.url();
  const { rate, size, persistent, neighbour = false } = load;
  const queue = `bench.${load.name}`;
  const other = `${queue}.neighbour`;
  await using topology = await Topology.open(url);
  await topology.queues({ names: neighbour ? [queue, other] : [queue], durable: true });
  const publisher = { kind: 'publisher', exchange: '', unconfirmed: 0, count: 0 } as const;
  const roles: (PublisherSpec | ConsumerSpec)[] = [
    { kind: 'consumer', queues: [queue], autoAck: false, prefetch: 200, ackEvery: 1, size, timed: true },
    { ...publisher, routingKeys: [queue], size, persistent, rate },
  ];
  if (neighbour) {
    roles.push(
      { kind: 'consumer', queues: [other], autoAck: true, prefetch: 0, ackEvery: 0, size: 16, timed: false },
      { ...publisher, routingKeys: [other], size: 16, persistent: false, rate: 0 },
    );
  }
  const result = await runLoad(url, { roles, ...settings });
  await topology.expectReady(queue, 0);
  if (neighbour) {
    const neighbourRate = Math.max(0, result.consumeRate - rate);
    return [...percentiles(result), higher('neighbour', neighbourRate, '/s')];
  }
  if (result.consumeRate < rate * KEPT_UP) {
    throw new Error(`only ${Math.round(result.consumeRate)} of ${rate} messages a second came through`);
  }
  return percentiles(result);
}
