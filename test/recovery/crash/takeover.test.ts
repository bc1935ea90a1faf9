/**
 * The active node of a database ends, or stops, at random moments under random load, over and over, and the node that waits takes over: each time
 * it is compared with what its clients know. LEVERET_CRASH_ROUNDS and LEVERET_CRASH_SEED as in crash.test.ts; LEVERET_CRASH_LEASE is in milliseconds.
 */
import { connect } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { hasPostgres } from '../../support/postgres/server.ts';
import { postgresOfFile } from '../../support/postgres/shared.ts';
import { confirmChannel, drain, hold, marked, store } from '../../support/recovery/clients.ts';
import { StoreKey } from '../../support/recovery/store-key.ts';
import { type NodeEnd, Nodes } from './nodes.ts';
import { LEASE, playRounds } from './rounds.ts';

const ROUNDS = Number(process.env['LEVERET_CRASH_ROUNDS'] ?? 4);
const ROUND_MS = 120_000;
/** Until another serves: 2 s with a lease of 1 s on a machine at rest. */
const MOST_MS = 20_000;

/** One of each, and then mostly kills. `pause`: it goes on after a while; if it was not taken over by then, it is killed. */
const ENDS: readonly (NodeEnd | 'pause')[] = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'pause', 'SIGKILL', 'SIGKILL'];
/** How long a pause takes, in milliseconds: about a lease, and up to what is long for one. */
const [LEAST_PAUSE, MOST_PAUSE] = [300, Math.max(5000, 1.5 * LEASE)];

describe.skipIf(!hasPostgres)('nodes of one database', () => {
  const postgres = postgresOfFile();

  test(
    `${ROUNDS} ends of the active one at random moments lose nothing confirmed and bring nothing settled back, of a sealed store`,
    { timeout: ROUNDS * ROUND_MS },
    async ({ annotate }) => {
      const sealed = ['--store-key', new StoreKey().source];
      const nodes = await Nodes.start(`${postgres.newUrl()}&lease=${LEASE}`, sealed);
      const waits: number[] = [];
      let [takenOver, goneOn] = [0, 0];
      await playRounds(nodes, ROUNDS, async (life, random, round) => {
        if (random.chance(0.2)) {
          await nodes.pause(random.integer(1, LEASE / 3));
          await life.after(50);
        }
        const end = ENDS[round % ENDS.length];
        life.end();
        if (end === 'pause' && (await nodes.stopFor(random.integer(LEAST_PAUSE, MOST_PAUSE)))) takenOver++;
        else {
          if (end === 'pause') goneOn++;
          const took = await nodes.takeOver(end === 'pause' ? 'SIGKILL' : end);
          if (end !== 'SIGTERM') waits.push(took);
        }
      });
      waits.sort((a, b) => a - b);
      const [median, most] = [waits[waits.length >> 1], waits.at(-1)!].map(Math.round);
      await annotate(`another served after ${median} ms in the median, ${most} ms at most`);
      await annotate(`${goneOn} went on after a pause, ${takenOver} were taken over`);
      expect(most).toBeLessThan(MOST_MS);
    },
  );

  test('one that was stopped and taken over tells its clients with 320, and serves again when the other is stopped', async () => {
    const nodes = await Nodes.start(`${postgres.newUrl()}&lease=500`);
    const publish = async (body: string): Promise<void> => {
      const channel = await confirmChannel(nodes.active.url);
      await channel.assertQueue('q');
      await store(channel, 'q', [body]);
    };
    await publish('one');
    const client = await connect(nodes.active.url);
    const closed = new Promise<Error>((resolve) => client.once('close', resolve));
    await nodes.takeOver('SIGSTOP');
    expect(await closed).toMatchObject({ code: 320 });

    // As in an upgrade: one after the other.
    for (const body of ['two', 'three']) {
      await publish(body);
      await nodes.takeOver('SIGTERM');
    }
    // Who is interrupted as it looks, looks again.
    let looks = 0;
    const found = await nodes.withActive(async (url) => {
      if (++looks > 1) return drain(url, 'q');
      // One more than there are.
      const holding = hold(url, 'q', 4);
      holding.catch(() => undefined);
      await nodes.takeOver('SIGSTOP');
      return (await holding).messages.map(marked);
    });
    expect(looks).toBe(2);
    expect(found.map((text) => text.replace('!', ''))).toEqual(['one', 'two', 'three']);
  });
});
