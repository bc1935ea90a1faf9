/**
 * The active node of a database ends at random moments under random load, over and over, and the node that waits takes over: each time it is
 * compared with what its clients know. LEVERET_CRASH_ROUNDS and LEVERET_CRASH_SEED as in crash.test.ts.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { openChannel } from '../../support/interop/amqplib.ts';
import { dataFolder, freePort, spawnDaemon, type StartingDaemon } from '../../support/interop/daemon.ts';
import { hasPostgres } from '../../support/postgres/server.ts';
import { postgresOfFile } from '../../support/postgres/shared.ts';
import { Random } from '../../support/recovery/random.ts';
import { check } from './check.ts';
import { QueueLedger } from './ledger.ts';
import { Life } from './life.ts';
import { consume, Publisher } from './traffic.ts';

const ROUNDS = Number(process.env['LEVERET_CRASH_ROUNDS'] ?? 3);
const SEED = Number(process.env['LEVERET_CRASH_SEED'] ?? 1);
const ROUND_MS = 60_000;
/** How long a node may wait for its turn. */
const WAIT_MS = 1_000_000;
/** Until another serves: 2 s on a machine at rest. */
const MOST_MS = 20_000;
/** In milliseconds. A node that a busy machine lets stand still for a second is no dead one here. */
const LEASE = 3000;
const WAITING = 'waiting to take over';

class Nodes {
  readonly #url: string;
  #count = 0;
  active!: StartingDaemon;
  waiting!: StartingDaemon;

  static async start(url: string): Promise<Nodes> {
    const nodes = new Nodes(url);
    nodes.active = await nodes.#spawn();
    await nodes.active.ready;
    nodes.waiting = await nodes.#spawn();
    await nodes.#isWaiting();
    return nodes;
  }

  private constructor(url: string) {
    this.#url = url;
  }

  /** Ends the active node. Resolves when the other one serves, with how long that took in milliseconds; and there is another that waits. */
  async takeOver(signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    const begin = performance.now();
    await this.active.kill(signal);
    await this.waiting.ready;
    const took = performance.now() - begin;
    this.active = this.waiting;
    this.waiting = await this.#spawn();
    await this.#isWaiting();
    return took;
  }

  async #isWaiting(): Promise<void> {
    await expect.poll(() => this.waiting.output).toContain(WAITING);
  }

  async #spawn(): Promise<StartingDaemon> {
    const folder = await dataFolder();
    const args = ['--store', this.#url, '--node-name', `node${this.#count++}`];
    const daemon = spawnDaemon({ port: await freePort(), dataDir: folder.path, args }, WAIT_MS);
    onTestFinished(async () => {
      await daemon.kill('SIGKILL');
      await folder.remove();
    });
    return daemon;
  }
}

describe.skipIf(!hasPostgres)('nodes of one database', () => {
  const postgres = postgresOfFile();

  test(
    `${ROUNDS} kills of the active one at random moments lose nothing confirmed and bring nothing settled back`,
    { timeout: ROUNDS * ROUND_MS },
    async () => {
      const random = new Random(SEED);
      const nodes = await Nodes.start(`${postgres.newUrl()}&lease=${LEASE}`);
      const queues = ['a', 'b', 'c', 'd'].map((name) => new QueueLedger(name));
      const publishers = ['p0', 'p1', 'p2'].map((name) => new Publisher(name));
      await declare(nodes.active.url, queues);
      const waits: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        const life = new Life(nodes.active.url);
        for (const publisher of publishers) life.run(() => publisher.live(life, queues, random.fork()));
        for (const queue of queues) {
          for (let consumers = random.integer(0, 2); consumers > 0; consumers--)
            life.run(() => consume(life, queue, random.fork()));
        }
        await life.after(random.integer(1, random.pick([50, 500, 3000])));
        life.end();
        waits.push(await nodes.takeOver(random.chance(0.8) ? 'SIGKILL' : 'SIGTERM'));
        for (const queue of queues) queue.killed(false);
        expect(await life.ended(), `round ${round}: what failed before the end`).toEqual([]);
        const wrong = await check({ url: nodes.active.url, query: () => [] }, queues, []);
        expect(wrong.slice(0, 20), `${wrong.length} wrong in round ${round} of seed ${SEED}`).toEqual([]);
      }
      // The lease, and what a loaded machine needs for the rest.
      expect(Math.max(...waits)).toBeLessThan(MOST_MS);
    },
  );
});

async function declare(url: string, queues: readonly QueueLedger[]): Promise<void> {
  const channel = await openChannel(url);
  await channel.assertQueue('barrier');
  await channel.assertExchange('all', 'fanout');
  for (const { name } of queues) {
    await channel.assertQueue(name);
    await channel.bindQueue(name, 'all', '');
  }
}
