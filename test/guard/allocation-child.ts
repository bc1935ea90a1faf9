/**
 * Runs alone in a process: sends messages through a broker in this process and prints how many bytes of heap its code allocated
 * for each. The sampling heap profiler with an interval of one byte sees every allocation, collected ones too, with its stack.
 */
import { Session, type HeapProfiler } from 'node:inspector/promises';
import { Broker } from '../../src/index.ts';
import { Consumer } from '../../bench/load/consumer.ts';
import { Publisher } from '../../bench/load/publisher.ts';
import { Counters, type ConsumerSpec, type PublisherSpec } from '../../bench/load/role.ts';
import { numbered, Topology } from '../../bench/scenarios/topology.ts';

const [, , autoAck, size, unconfirmed, queueCount] = process.argv;
/** Before the measurement, so that the compiler has settled. */
const WARM = 300_000;
const MEASURED = 100_000;
const QUEUES = numbered('guard', Number(queueCount));
/** The broker's own code, and that of the client in the same process. */
const OWN = '/src/';
const CLIENT = '/bench/';

const publisher: PublisherSpec = {
  kind: 'publisher',
  exchange: '',
  routingKeys: QUEUES,
  size: Number(size),
  persistent: false,
  unconfirmed: Number(unconfirmed),
  rate: 0,
  count: 0,
};
const consumer: ConsumerSpec = {
  kind: 'consumer',
  queues: QUEUES,
  autoAck: autoAck === 'true',
  prefetch: autoAck === 'true' ? 0 : 1000,
  ackEvery: 1,
  size: Number(size),
  timed: false,
};

const fail = (error: Error): void => {
  throw error;
};

await using broker = await Broker.start({ port: 0, logLevel: 'error' });
await using topology = await Topology.open(broker.url);
await topology.queues({ names: QUEUES, durable: false });
const consumed = new Counters();
const taking = await Consumer.open(broker.url, consumer, consumed, fail);

async function send(count: number): Promise<void> {
  const target = consumed.consumed + count;
  const sending = await Publisher.open(broker.url, { ...publisher, count }, new Counters(), fail);
  sending.start();
  await sending.stop();
  while (consumed.consumed < target) await new Promise((resolve) => setImmediate(resolve));
  await sending.end();
}

/** Bytes allocated below the broker's first frame on the stack, by the frame that the broker's code was in. */
function bytesOf(node: HeapProfiler.SamplingHeapProfileNode, inside: string | undefined, byPlace: Map<string, number>) {
  const { url, functionName, lineNumber } = node.callFrame;
  if (inside === undefined && url.includes(CLIENT)) return;
  const place = url.includes(OWN) ? `${functionName} ${url.slice(url.indexOf(OWN) + 1)}:${lineNumber + 1}` : inside;
  if (place !== undefined && node.selfSize > 0) byPlace.set(place, (byPlace.get(place) ?? 0) + node.selfSize);
  for (const child of node.children) bytesOf(child, place, byPlace);
}

await send(WARM);
const session = new Session();
session.connect();
await session.post('HeapProfiler.startSampling', {
  samplingInterval: 1,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
});
await send(MEASURED);
const { profile } = await session.post('HeapProfiler.stopSampling');
session.disconnect();
const byPlace = new Map<string, number>();
bytesOf(profile.head, undefined, byPlace);
const places = [...byPlace].sort(([, a], [, b]) => b - a).map(([place, bytes]) => ({ place, bytes: bytes / MEASURED }));
const total = places.reduce((sum, { bytes }) => sum + bytes, 0);
process.stdout.write(JSON.stringify({ bytesAMessage: total, places: places.slice(0, 10) }));
await taking.end();
