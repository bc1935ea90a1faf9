/**
 * The broker is killed at random moments under random load, over and over on one data folder, and each time compared with what
 * its clients know. LEVERET_CRASH_ROUNDS says how often, LEVERET_CRASH_SEED makes other choices: a seed repeats what
 * the clients do, though not the moment at which the kill meets it.
 */
import { expect, test } from 'vitest';
import { openChannel } from '../../support/interop/amqplib.ts';
import { type KillableBroker, killableBroker } from '../../support/recovery/killable.ts';
import { Random } from '../../support/recovery/random.ts';
import { check } from './check.ts';
import { QueueLedger } from './ledger.ts';
import { Life } from './life.ts';
import { Declarer } from './topology.ts';
import { consume, Publisher } from './traffic.ts';

const ROUNDS = Number(process.env['LEVERET_CRASH_ROUNDS'] ?? 10);
const SEED = Number(process.env['LEVERET_CRASH_SEED'] ?? 1);
const ROUND_MS = 30_000;

test(
  `${ROUNDS} kills at random moments lose nothing confirmed and bring nothing settled back`,
  { timeout: ROUNDS * ROUND_MS },
  async () => {
    const random = new Random(SEED);
    const broker = await killableBroker();
    const queues = ['a', 'b', 'c', 'd'].map((name) => new QueueLedger(name));
    const publishers = ['p0', 'p1', 'p2'].map((name) => new Publisher(name));
    const declarers = ['t0', 't1'].map((name) => new Declarer(name));
    await declare(broker, queues);
    for (let round = 1; round <= ROUNDS; round++) {
      const life = new Life(broker.url, random.integer(1, random.pick([50, 500, 3000])));
      for (const publisher of publishers) {
        const own = random.fork();
        life.run(() => publisher.live(life, queues, own));
      }
      for (const declarer of declarers) {
        const own = random.fork();
        life.run(() => declarer.live(life, own));
      }
      for (const queue of queues) {
        // Some queues only grow in this life: what comes into them is not redelivered in the next.
        for (let consumers = random.integer(0, 2); consumers > 0; consumers--) {
          const own = random.fork();
          life.run(() => consume(life, queue, own));
        }
      }
      await life.due;
      life.end();
      await broker.kill(random.chance(0.9) ? 'SIGKILL' : 'SIGTERM');
      expect(await life.ended(), `round ${round}: what failed before the kill`).toEqual([]);
      await broker.start();
      const wrong = await check(broker, queues, declarers);
      expect(wrong.slice(0, 20), `${wrong.length} wrong in round ${round} of seed ${SEED}`).toEqual([]);
    }
  },
);

async function declare(broker: KillableBroker, queues: readonly QueueLedger[]): Promise<void> {
  const channel = await openChannel(broker.url);
  await channel.assertQueue('barrier');
  await channel.assertExchange('all', 'fanout');
  for (const { name } of queues) {
    await channel.assertQueue(name);
    await channel.bindQueue(name, 'all', '');
  }
}
