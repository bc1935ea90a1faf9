/** What it costs to find the queues of a message: many bindings, headers, many queues behind one exchange. */
import { runLoad } from '../load/load.ts';
import type { ConsumerSpec, PublisherSpec } from '../load/role.ts';
import { higher, type Measurement, scaled, type Settings, table } from '../scenario.ts';
import type { Target } from '../target/target.ts';
import { numbered, Topology } from './topology.ts';

interface Routing {
  readonly name: string;
  readonly description: string;
  readonly type: 'topic' | 'headers' | 'fanout';
  readonly queues: number;
  /** How many queues take a message. */
  copies(settings: Settings): number;
  /** Binds the queues; returns what messages carry, so that each matches as often as `copies` says. */
  bind(
    bind: (queue: number, routingKey: string, args?: Readonly<Record<string, unknown>>) => void,
    settings: Settings,
  ): Pick<PublisherSpec, 'routingKeys' | 'headers'>;
}

const SIZE = 16;
const EXCHANGE = 'bench.exchange';
/** Routing keys for each topic binding, so that they are more than a broker would remember. */
const KEYS_A_BINDING = 5;

const ROUTINGS: readonly Routing[] = [
  {
    name: 'topic10k',
    description: 'topic exchange, 10,000 bindings of 10 queues, 50,000 routing keys in turn, 16 B, auto-ack',
    type: 'topic',
    queues: 10,
    copies: () => 1,
    bind: (bind, settings) => {
      const bindings = scaled(10_000, settings);
      for (let i = 0; i < bindings; i++) bind(i % 10, i % 2 === 0 ? `stock.${i}.*` : `*.${i}.#`);
      const key = (_: unknown, i: number) => `stock.${i % bindings}.${Math.floor(i / bindings)}`;
      return { routingKeys: Array.from({ length: bindings * KEYS_A_BINDING }, key) };
    },
  },
  {
    name: 'headers1k',
    description: 'headers exchange, 1,000 bindings (x-match all, two fields) of 10 queues, 16 B, auto-ack',
    type: 'headers',
    queues: 10,
    copies: () => 1,
    bind: (bind, settings) => {
      const bindings = scaled(1000, settings);
      for (let i = 0; i < bindings; i++) bind(i % 10, '', { 'x-match': 'all', format: 'pdf', customer: i });
      const headers = Array.from({ length: bindings }, (_, i) => ({ format: 'pdf', customer: i }));
      return { routingKeys: [''], headers };
    },
  },
  {
    name: 'fan100',
    description: 'fanout exchange, 100 queues, 16 B, auto-ack, 200 unconfirmed at most; deliveries are counted',
    type: 'fanout',
    queues: 100,
    copies: () => 100,
    bind: (bind) => {
      for (let i = 0; i < 100; i++) bind(i, '');
      return { routingKeys: [''] };
    },
  },
];

export const routing = table('routing', ROUTINGS, run);

async function run(one: Routing, target: Target, settings: Settings): Promise<Measurement[]> {
  const url = await target.url();
  const queues = numbered(`bench.${one.name}`, one.queues);
  await using topology = await Topology.open(url);
  await topology.queues({ names: queues, durable: false });
  await topology.exchange(EXCHANGE, one.type);
  const messages = one.bind((queue, key, args) => topology.bind(EXCHANGE, queues[queue], key, args), settings);
  // Its answer says that all bindings are there.
  await topology.ready(queues[0]);
  const publisher: PublisherSpec = {
    kind: 'publisher',
    exchange: EXCHANGE,
    ...messages,
    size: SIZE,
    persistent: false,
    unconfirmed: 200,
    rate: 0,
    count: 0,
  };
  const consumer: ConsumerSpec = {
    kind: 'consumer',
    queues,
    autoAck: true,
    prefetch: 0,
    ackEvery: 0,
    size: SIZE,
    timed: false,
  };
  const result = await runLoad(url, { roles: [consumer, publisher], copies: one.copies(settings), ...settings });
  return [higher('delivered', result.consumeRate, '/s')];
}
