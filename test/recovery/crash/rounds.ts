/** Two nodes on a database under random load, to which something happens round after round: what there is then is compared with what their clients know. */
import { expect } from 'vitest';
import { Random } from '../../support/recovery/random.ts';
import { check } from './check.ts';
import { Crowd } from './crowd.ts';
import { Life } from './life.ts';
import type { Nodes } from './nodes.ts';

export const SEED = Number(process.env['LEVERET_CRASH_SEED'] ?? 1);
/** A node that a busy machine lets stand still for a second is no dead one here. */
export const LEASE = Number(process.env['LEVERET_CRASH_LEASE'] ?? 3000);

/** Ends the life of the active node, one way or another, and resolves when another serves. Rounds are counted from 0. */
export type RoundEnd = (life: Life, random: Random, round: number) => Promise<void>;

export async function playRounds(nodes: Nodes, rounds: number, end: RoundEnd): Promise<void> {
  const random = new Random(SEED);
  const crowd = new Crowd();
  await crowd.declare(nodes.active.url);
  const play = async (round: number): Promise<void> => {
    const life = new Life(nodes.active.url);
    crowd.publish(life, random);
    crowd.consume(life, random);
    await life.after(random.integer(1, random.pick([50, 300, 1500])));
    await end(life, random, round);
    for (const queue of crowd.queues) queue.killed(false);
    expect(await life.ended(), 'what failed before the end').toEqual([]);
    const wrong = await nodes.withActive(
      (url) => check({ url, query: () => [] }, crowd.queues, []),
      () => crowd.queues.forEach((queue) => queue.consumed()),
    );
    expect(wrong.slice(0, 20), `${wrong.length} wrong`).toEqual([]);
  };
  for (let round = 0; round < rounds; round++) {
    await play(round).catch((error: unknown) => {
      throw new Error(`round ${round + 1} of seed ${SEED}: ${String(error)}\n${nodes.story}`, { cause: error });
    });
  }
}
