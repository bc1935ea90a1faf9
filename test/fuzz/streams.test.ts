/** Random and spoilt input at every stage of a connection: the offender is closed, and nobody else notices. */
import { describe, test } from 'vitest';
import { inParallel, useArena } from './arena.ts';
import { mutate } from './mutations.ts';
import { fuzzTimeout, Random, seeds } from './random.ts';
import { randomFrame, STAGES, validSession } from './sessions.ts';

const AT_ONCE = 8;

const arena = useArena();

describe('a client', () => {
  test('that says random bytes at any stage harms only itself', { timeout: fuzzTimeout() }, async () => {
    await rounds(150, (random) => {
      const stage = random.below(STAGES.length);
      return { what: `stage ${stage}`, said: [STAGES[stage], random.bytes(random.below(3000))] };
    });
  });

  test(
    'that says whole frames of random content at any stage harms only itself',
    { timeout: fuzzTimeout() },
    async () => {
      await rounds(150, (random) => {
        const stage = random.below(STAGES.length);
        const said = Array.from({ length: random.between(1, 20) }, () => randomFrame(random));
        return { what: `stage ${stage}`, said: [STAGES[stage], ...said] };
      });
    },
  );

  test('whose session is spoilt somewhere harms only itself', { timeout: fuzzTimeout() }, async () => {
    await rounds(300, (random) => {
      const said = validSession(random);
      return { what: mutate(said, random), said };
    });
  });
});

/** Each round is one client that says its piece, cut anywhere, and goes: politely, or dropping the connection at once. */
async function rounds(count: number, piece: (random: Random) => { what: string; said: Buffer[] }): Promise<void> {
  await arena().attack(() =>
    inParallel(seeds(count), AT_ONCE, async (seed) => {
      const random = new Random(seed);
      const { what, said } = piece(random);
      const offender = await arena().offender(`seed ${seed} (${what})`);
      for (const chunk of random.split(Buffer.concat(said))) await offender.say(chunk);
      if (random.chance(0.2)) offender.destroy();
      else await offender.finish();
    }),
  );
}
