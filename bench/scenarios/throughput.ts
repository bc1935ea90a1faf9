/** Messages a second from publishers through queues to consumers, and into queues that nobody reads. */
import type { ConsumerSpec, PublisherSpec } from '../load/role.ts';
import { runLoad } from '../load/load.ts';
import { higher, lower, type Measurement, type Settings, table } from '../scenario.ts';
import type { Target } from '../target/target.ts';
import { numbered, Topology } from './topology.ts';

interface Flow {
  readonly name: string;
  readonly description: string;
  readonly size: number;
  readonly persistent?: boolean;
  readonly unconfirmed?: number;
  /** Undefined where nobody consumes. */
  readonly consume?: Pick<ConsumerSpec, 'autoAck' | 'prefetch' | 'ackEvery'>;
  /** Queues, each with a publisher and a consumer. */
  readonly queues?: number;
}

const AUTO_ACK = { autoAck: true, prefetch: 0, ackEvery: 0 };
const acks = (prefetch: number, ackEvery = 0) => ({ autoAck: false, prefetch, ackEvery });

const FLOWS: readonly Flow[] = [
  { name: 'auto16', description: '16 B transient, auto-ack', size: 16, consume: AUTO_ACK },
  { name: 'ack16', description: '16 B transient, prefetch 200, an ack a message', size: 16, consume: acks(200, 1) },
  { name: 'auto1k', description: '1 KiB transient, auto-ack', size: 1024, consume: AUTO_ACK },
  { name: 'pub16', description: '16 B transient, no consumer: a backlog grows', size: 16 },
  {
    name: 'p16ack',
    description: '16 B persistent, prefetch 1,000, multiple acks',
    size: 16,
    persistent: true,
    consume: acks(1000),
  },
  {
    name: 'p1kconf',
    description: '1 KiB persistent, 200 unconfirmed at most, consumed and acknowledged',
    size: 1024,
    persistent: true,
    unconfirmed: 200,
    consume: acks(200),
  },
  {
    name: 'p1kconf1',
    description: '1 KiB persistent, 1 unconfirmed at most, consumed and acknowledged',
    size: 1024,
    persistent: true,
    unconfirmed: 1,
    consume: acks(200),
  },
  {
    name: 'p1kstore',
    description: '1 KiB persistent, 200 unconfirmed at most, no consumer',
    size: 1024,
    persistent: true,
    unconfirmed: 200,
  },
  { name: 'p16k', description: '16 KiB persistent, auto-ack', size: 16384, persistent: true, consume: AUTO_ACK },
  {
    name: 'fan4x4',
    description: 'p1kconf with 4 publishers, 4 consumers, 4 queues',
    size: 1024,
    persistent: true,
    unconfirmed: 200,
    consume: acks(200),
    queues: 4,
  },
];

export const throughput = table('throughput', FLOWS, run);

async function run(flow: Flow, target: Target, settings: Settings): Promise<Measurement[]> {
  const url = await target.url();
  const queues = numbered(`bench.${flow.name}`, flow.queues ?? 1);
  await using topology = await Topology.open(url);
  await topology.queues({ names: queues, durable: true });
  const { size, consume, persistent = false, unconfirmed = 0 } = flow;
  const publishers = queues.map((queue): PublisherSpec => ({
    kind: 'publisher',
    exchange: '',
    routingKeys: [queue],
    size,
    persistent,
    unconfirmed,
    rate: 0,
    count: 0,
  }));
  const consumers =
    consume === undefined
      ? []
      : queues.map((queue): ConsumerSpec => ({ kind: 'consumer', queues: [queue], size, timed: false, ...consume }));
  const copies = consume === undefined ? 0 : 1;
  const result = await runLoad(url, {
    roles: [...consumers, ...publishers],
    copies,
    pid: await target.pid(),
    ...settings,
  });
  const cpu = result.cpu === undefined ? [] : [lower('cpu a message', result.cpu, 'µs')];
  // What was acknowledged does not come back when its consumer goes.
  for (const queue of queues) await topology.expectReady(queue, consume === undefined ? result.published : 0);
  if (consume !== undefined) return [higher('consumed', result.consumeRate, '/s'), ...cpu];
  return [higher('published', result.publishRate, '/s'), ...cpu];
}
