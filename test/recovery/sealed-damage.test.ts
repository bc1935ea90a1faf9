/**
 * The file of a sealed store with a bit that is another, cut off, or with two of its pages exchanged: the start is refused, or a queue stops, and
 * whatever is delivered is what was published. LEVERET_SPOILS says how many of each are tried, LEVERET_SPOIL_SEED makes other choices.
 */
import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Channel, connect } from 'amqplib';
import { beforeAll, expect, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { StoreError } from '../../src/store/store.ts';
import { Random } from '../support/recovery/random.ts';
import { folderOfFile, temporaryFolder } from '../support/temporary-folder.ts';
import { TEST_PATIENCE } from '../support/patience.ts';
import { storeHere } from '../support/store-here.ts';

const SPOILS = Number(process.env['LEVERET_SPOILS'] ?? 8);
const SEED = Number(process.env['LEVERET_SPOIL_SEED'] ?? 1);
const QUEUES = ['one', 'two'];
/** Of a database that this version makes. */
const PAGE_BYTES = 8192;

const folder = folderOfFile();
const keyFolder = folderOfFile();
/** What was published, queue by queue. */
const published = new Map<string, readonly string[]>();
let sound: Buffer;

function start(dataDir: string): Promise<Broker> {
  return Broker.start({ port: 0, dataDir, storeKey: `file:${keyFolder()}/key`, passwordHashing: 'sha256' }, storeHere);
}

beforeAll(async () => {
  writeFileSync(join(keyFolder(), 'key'), randomBytes(32).toString('base64'));
  const broker = await start(folder());
  const connection = await connect(broker.url);
  const channel = await connection.createConfirmChannel();
  for (const queue of QUEUES) {
    await channel.assertQueue(queue);
    const bodies = Array.from({ length: 40 }, (_, n) => randomBytes(n % 10 === 0 ? 20_000 : 300).toString('base64'));
    for (const [n, body] of bodies.entries()) {
      channel.sendToQueue(queue, Buffer.from(body), { persistent: true });
      if (n % 5 === 0) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
    published.set(queue, bodies);
  }
  await connection.close();
  await broker.stop();
  sound = readFileSync(join(folder(), 'leveret.db'));
});

type Spoil = (random: Random) => Buffer;

const flipped: Spoil = (random) => {
  const file = Buffer.from(sound);
  file[random.integer(0, file.length - 1)] ^= 1 << random.integer(0, 7);
  return file;
};

const truncated: Spoil = (random) => sound.subarray(0, random.integer(1, sound.length - 1));

const exchanged: Spoil = (random) => {
  const file = Buffer.from(sound);
  const pages = Math.floor(file.length / PAGE_BYTES);
  const [one, other] = [random.integer(1, pages - 1), random.integer(1, pages - 1)].map((page) => page * PAGE_BYTES);
  sound.copy(file, one, other, other + PAGE_BYTES);
  sound.copy(file, other, one, one + PAGE_BYTES);
  return file;
};

test.each([
  ['a bit that is another', flipped],
  ['its end cut off', truncated],
  ['two pages exchanged', exchanged],
] as const)(
  'with %s it delivers nothing but what was published',
  { timeout: TEST_PATIENCE + SPOILS * 5000 },
  async (_what, spoil) => {
    const random = new Random(SEED);
    for (let round = 0; round < SPOILS; round++) {
      const dataDir = temporaryFolder();
      cpSync(folder(), dataDir, { recursive: true });
      writeFileSync(join(dataDir, 'leveret.db'), spoil(random));
      const wrong = await wrongIn(dataDir);
      expect(wrong, `round ${round} of seed ${SEED}`).toEqual([]);
    }
  },
);

test('as it was it delivers all of that, so that the tests above can fail', async () => {
  const dataDir = temporaryFolder();
  cpSync(folder(), dataDir, { recursive: true });
  await using broker = await start(dataDir);
  const connection = await connect(broker.url);
  for (const queue of QUEUES) expect(await all(await connection.createChannel(), queue)).toEqual(published.get(queue));
  await connection.close();
});

/** Whatever is delivered that was not published there, or not after what was delivered before. */
async function wrongIn(dataDir: string): Promise<string[]> {
  let broker: Broker;
  try {
    broker = await start(dataDir);
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return [];
  }
  const wrong: string[] = [];
  try {
    const connection = await connect(broker.url);
    connection.on('error', () => {});
    for (const queue of QUEUES) {
      let last = -1;
      for (const body of await all(await connection.createChannel(), queue)) {
        const at = published.get(queue)!.indexOf(body);
        if (at <= last) wrong.push(`${queue}: ${body.slice(0, 40)} after ${last}`);
        last = at;
      }
    }
    await connection.close();
  } catch (error) {
    // Its user or a permission is what was spoiled.
    expect(String(error)).toMatch(/403|ACCESS_REFUSED|closed/);
  }
  // A file that cannot be written is told of at the end, too.
  await broker.stop().catch((error: unknown) => expect(error).toBeInstanceOf(StoreError));
  return wrong;
}

/** As far as the queue delivers: one that stops ends the channel. */
async function all(channel: Channel, queue: string): Promise<string[]> {
  channel.on('error', () => {});
  const bodies: string[] = [];
  try {
    for (
      let got = await channel.get(queue, { noAck: true });
      got !== false;
      got = await channel.get(queue, { noAck: true })
    ) {
      bodies.push(got.content.toString());
    }
  } catch (error) {
    expect(String(error)).toMatch(/406|404|403/);
  }
  return bodies;
}
