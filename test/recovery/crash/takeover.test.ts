/**
 * The active node of a database ends, or stops, at random moments under random load, over and over, and the node that waits takes over: each time
 * it is compared with what its clients know. LEVERET_CRASH_ROUNDS and LEVERET_CRASH_SEED as in crash.test.ts; LEVERET_CRASH_LEASE is in milliseconds.
 */
import { connect } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { hasPostgres } from '../../support/postgres/server.ts';
import { postgresOfFile } from '../../support/postgres/shared.ts';
import { confirmChannel, drain, store } from '../../support/recovery/clients.ts';
import { Random } from '../../support/recovery/random.ts';
import { check } from './check.ts';
import { Crowd } from './crowd.ts';
import { Life } from './life.ts';
import { type NodeEnd, Nodes } from './nodes.ts';

const ROUNDS = Number(process.env['LEVERET_CRASH_ROUNDS'] ?? 3);
const SEED = Number(process.env['LEVERET_CRASH_SEED'] ?? 1);
/** A node that a busy machine lets stand still for a second is no dead one here. */
const LEASE = Number(process.env['LEVERET_CRASH_LEASE'] ?? 3000);
const ROUND_MS = 60_000;
/** Until another serves: 2 s with a lease of 1 s on a machine at rest. */
const MOST_MS = 20_000;

/** One of each, and then mostly kills. */
const ENDS: readonly NodeEnd[] = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'SIGKILL', 'SIGKILL', 'SIGKILL'];

describe.skipIf(!hasPostgres)('nodes of one database', () => {
  const postgres = postgresOfFile();

  test(
    `${ROUNDS} ends of the active one at random moments lose nothing confirmed and bring nothing settled back`,
    { timeout: ROUNDS * ROUND_MS },
    async ({ annotate }) => {
      const random = new Random(SEED);
      const nodes = await Nodes.start(`${postgres.newUrl()}&lease=${LEASE}`);
      const crowd = new Crowd();
      await crowd.declare(nodes.active.url);
      const waits: number[] = [];
      const round = async (number: number): Promise<void> => {
        const life = new Life(nodes.active.url);
        crowd.publish(life, random);
        crowd.consume(life, random);
        await life.after(random.integer(1, random.pick([50, 500, 3000])));
        if (random.chance(0.2)) {
          await nodes.pause(random.integer(1, LEASE / 3));
          await life.after(50);
        }
        const end = ENDS[(number - 1) % ENDS.length];
        life.end();
        const took = await nodes.takeOver(end);
        if (end !== 'SIGTERM') waits.push(took);
        for (const queue of crowd.queues) queue.killed(false);
        expect(await life.ended(), 'what failed before the end').toEqual([]);
        const wrong = await check({ url: nodes.active.url, query: () => [] }, crowd.queues, []);
        expect(wrong.slice(0, 20), `${wrong.length} wrong`).toEqual([]);
      };
      for (let number = 1; number <= ROUNDS; number++) {
        await round(number).catch((error: unknown) => {
          throw new Error(`round ${number} of seed ${SEED}: ${String(error)}\n${nodes.story}`, { cause: error });
        });
      }
      waits.sort((a, b) => a - b);
      const [median, most] = [waits[waits.length >> 1], waits.at(-1)!].map(Math.round);
      await annotate(`another served after ${median} ms in the median, ${most} ms at most`);
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
    expect(await drain(nodes.active.url, 'q')).toEqual(['one', 'two', 'three']);
  });
});
