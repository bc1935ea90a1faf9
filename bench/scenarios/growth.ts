/** How throughput changes where there are 1, 100 and 10,000 of a kind: the cost of a message should not know how many there are. */
import { crowdLoad } from '../load/crowd-load.ts';
import { runLoad } from '../load/load.ts';
import { higher, type Measurement, scaled, type Settings, table } from '../scenario.ts';
import { numbered, Topology } from './topology.ts';

interface Growth {
  readonly name: string;
  readonly description: string;
  /** Messages a second with `count` of the kind. */
  readonly measure: (url: string, count: number, settings: Settings) => Promise<number>;
}

const COUNTS = [1, 100, 10_000];
const SIZE = 16;
const EXCHANGE = 'bench.growth';
/** Messages that go round, whatever the number of connections, as far as each has one. */
const GOING_ROUND = 1000;

const GROWTHS: readonly Growth[] = [
  {
    name: 'queues',
    description: '16 B transient, auto-ack, through 1, 100 and 10,000 queues in turn',
    measure: (url, count, settings) =>
      flow(url, numbered('bench.growth', count), numbered('bench.growth', count), settings),
  },
  {
    name: 'bindings',
    description:
      '16 B transient, auto-ack, through a topic exchange with 1, 100 and 10,000 bindings, one of which matches',
    measure: (url, count, settings) => flow(url, ['bench.growth'], topics(count), settings, EXCHANGE),
  },
  {
    name: 'connections',
    description:
      '1 KiB transient, 1,000 messages going round (10,000 at last) through 1, 100 and 10,000 connections with a queue each',
    measure: async (url, count, settings) =>
      (await crowdLoad(url, count, Math.max(1, Math.round(GOING_ROUND / count)), settings)).rate,
  },
];

export const growth = table('growth', GROWTHS, async ({ measure }, target, settings) => {
  const url = await target.url();
  const measurements: Measurement[] = [];
  // At a small scale several of them are the same.
  for (const count of new Set(COUNTS.map((full) => scaled(full, settings)))) {
    const rate = await measure(url, count, settings);
    measurements.push(higher(`with ${count.toLocaleString('en')}`, rate, '/s'));
  }
  return measurements;
});

function topics(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `stock.${i}`);
}

/** From one publisher to one consumer of all queues. With an exchange, the first queue is bound once for each routing key. */
async function flow(
  url: string,
  queues: readonly string[],
  routingKeys: readonly string[],
  settings: Settings,
  exchange = '',
): Promise<number> {
  await using topology = await Topology.open(url);
  await topology.queues({ names: queues, durable: false });
  if (exchange !== '') {
    await topology.exchange(exchange, 'topic');
    for (const key of routingKeys) topology.bind(exchange, queues[0], `${key}.#`);
    // Its answer says that all bindings are there.
    await topology.ready(queues[0]);
  }
  const publisher = { kind: 'publisher', exchange, routingKeys, size: SIZE, persistent: false } as const;
  const consumer = { kind: 'consumer', queues, autoAck: true, prefetch: 0, ackEvery: 0, size: SIZE } as const;
  const roles = [
    { ...consumer, timed: false },
    { ...publisher, unconfirmed: 200, rate: 0, count: 0 },
  ] as const;
  return (await runLoad(url, { roles, ...settings })).consumeRate;
}
