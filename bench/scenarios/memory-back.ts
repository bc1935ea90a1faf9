/** What a broker keeps of the memory that it took for a load: for brokers that the bench starts itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchConnection } from '../client/connection.ts';
import { publishFrames } from '../client/frames.ts';
import { LoadThreads } from '../load/load.ts';
import { lower, MB, scaled, type Settings, table } from '../scenario.ts';
import { settled } from './process.ts';
import { Topology } from './topology.ts';

/** The queue that loads publish to; it is deleted after each. */
const QUEUE = 'bench.back';
/** Until memory is to be back, in milliseconds. */
const BACK_MS = 60_000;
/** Until a broker that was just started is idle, in milliseconds. */
const IDLE_MS = 4000;

interface Load {
  readonly name: string;
  readonly description: string;
  readonly run: (url: string, settings: Pick<Settings, 'scale'>) => Promise<void>;
}

export const LOADS: readonly Load[] = [
  {
    name: 'back20m',
    description: 'after 30 messages of 20 MB, transient, were published and deleted',
    run: (url, settings) => publishBodies(url, 20 * MB, scaled(30, settings), false),
  },
  {
    name: 'back100m',
    description: 'after 4 messages of 100 MB, persistent, were published and deleted',
    run: (url, settings) => publishBodies(url, 100 * MB, scaled(4, settings), true),
  },
  {
    name: 'back300k',
    description: 'after 1,000 messages of 300 kB, transient, were published and deleted',
    run: (url, settings) => publishBodies(url, 0.3 * MB, scaled(1000, settings), false),
  },
  {
    name: 'back1k',
    description: 'after 400,000 messages of 1 KiB, transient, were published and deleted',
    run: (url, settings) => publishMany(url, 1024, scaled(400_000, settings)),
  },
];

/** The load, and the end of the queue it went to. */
export async function loadAndDelete(url: string, load: Load, settings: Pick<Settings, 'scale'>): Promise<void> {
  await using topology = await Topology.open(url);
  await topology.declareQueue(QUEUE, true);
  await load.run(url, settings);
  await topology.deleteQueue(QUEUE);
}

export const memoryBack = table('process', LOADS, async (load, target, settings) => {
  const broker = await target.launch!();
  try {
    const idle = await settled(broker, IDLE_MS);
    await loadAndDelete(broker.url, load, settings);
    const loaded = broker.resident();
    await sleep(BACK_MS * Math.min(1, settings.scale));
    return [
      lower('idle', idle / MB, 'MB'),
      lower('right after', loaded / MB, 'MB'),
      lower('after a minute', broker.resident() / MB, 'MB'),
    ];
  } finally {
    await broker.stop();
  }
}).map((scenario) => ({ ...scenario, needsCommand: true }));

/** One after the other, each confirmed before the next. */
async function publishBodies(url: string, bytes: number, count: number, persistent: boolean): Promise<void> {
  const connection = await BenchConnection.withChannel(url);
  let confirmed = Promise.withResolvers<void>();
  connection.receiver = {
    method: () => confirmed.resolve(),
    header: () => undefined,
    body: () => undefined,
    endRead: () => undefined,
  };
  await connection.call(1, { name: 'confirm.select', noWait: false }, 'confirm.select-ok');
  const properties = { deliveryMode: persistent ? 2 : 1 };
  const message = { exchange: '', routingKey: QUEUE, properties, body: Buffer.alloc(bytes) };
  const { bytes: frames } = publishFrames(1, message, connection.frameMax);
  for (let n = 0; n < count; n++) {
    confirmed = Promise.withResolvers();
    connection.write(frames);
    await confirmed.promise;
  }
  await connection.close();
}

async function publishMany(url: string, size: number, count: number): Promise<void> {
  const role = { kind: 'publisher', exchange: '', routingKeys: [QUEUE], size, persistent: false } as const;
  await using threads = new LoadThreads(url, [{ ...role, unconfirmed: 2000, rate: 0, count }]);
  await threads.ready();
  threads.tell('start');
  await threads.stop();
  await threads.end();
}
