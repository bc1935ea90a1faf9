/**
 * The database of two nodes fails over under random load, over and over: its primary ends at a random moment, its standby is promoted, and what was
 * the primary becomes a standby anew. The clients stay connected meanwhile. LEVERET_CRASH_ROUNDS and LEVERET_CRASH_SEED as in crash.test.ts.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasPostgres, PostgresServer } from '../../support/postgres/server.ts';
import { Nodes } from './nodes.ts';
import { LEASE, playRounds } from './rounds.ts';

const ROUNDS = Number(process.env['LEVERET_CRASH_ROUNDS'] ?? 1);
const ROUND_MS = 120_000;

/** How the primary ends: `frozen`, it goes on when there is another. */
const ENDS = ['SIGKILL', 'frozen', 'SIGINT'] as const;

class Servers {
  primary!: PostgresServer;
  standby!: PostgresServer;

  static async start(): Promise<Servers> {
    const servers = new Servers();
    servers.primary = await PostgresServer.start();
    onTestFinished(() => servers.primary.remove());
    servers.standby = await servers.primary.follow();
    onTestFinished(() => servers.standby.remove());
    await servers.#followed();
    return servers;
  }

  get url(): string {
    const hosts = [this.primary, this.standby].map(({ port }) => `127.0.0.1:${port}`);
    return `postgres://leveret@${hosts.join()}/leveret?lease=${LEASE}`;
  }

  /** Until the old primary follows the new one, nothing is committed: that has to be on both. */
  async failOver(end: (typeof ENDS)[number]): Promise<void> {
    const [old, next] = [this.primary, this.standby];
    if (end === 'frozen') await old.freeze();
    else await old.end(end);
    next.configure("synchronous_standby_names = '*'");
    await next.promote();
    await next.reload();
    if (end === 'frozen') {
      await old.thaw();
      await old.end('SIGKILL');
    }
    await old.followAnew(next);
    [this.primary, this.standby] = [next, old];
    await this.#followed();
  }

  async #followed(): Promise<void> {
    const followers = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')";
    await expect.poll(() => this.primary.sql(followers)).toBe('1');
  }
}

describe.skipIf(!hasPostgres)('a database with a standby', () => {
  test(
    `fails over ${ROUNDS} times: nothing confirmed is lost, and no client notices`,
    { timeout: ROUNDS * ROUND_MS },
    async () => {
      const servers = await Servers.start();
      const nodes = await Nodes.start(servers.url);
      await playRounds(nodes, ROUNDS, async (life, random, round) => {
        const failedOver = servers.failOver(ENDS[round % ENDS.length]);
        // Sometimes a node goes at the same time.
        if (random.chance(0.8)) {
          await failedOver;
          await life.after(random.integer(1, 500));
        }
        life.end();
        await Promise.all([failedOver, nodes.takeOver('SIGKILL')]);
      });
    },
  );
});
