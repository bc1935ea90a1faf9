/**
 * The broker ends at random moments under random load, over and over on one data folder, and each time is compared with what
 * its clients know. LEVERET_CRASH_ROUNDS says how often, LEVERET_CRASH_SEED makes other choices: a seed repeats what
 * the clients do, though not the moment at which the end meets it.
 */
import { expect, test } from 'vitest';
import { type KillableBroker, killableBroker } from '../../support/recovery/killable.ts';
import { StoreKey } from '../../support/recovery/store-key.ts';
import { Random } from '../../support/recovery/random.ts';
import { check } from './check.ts';
import { Crowd } from './crowd.ts';
import { Life } from './life.ts';
import { PowerCut } from './power-cut.ts';
import { Declarer } from './topology.ts';

const ROUNDS = Number(process.env['LEVERET_CRASH_ROUNDS'] ?? 4);
const SEED = Number(process.env['LEVERET_CRASH_SEED'] ?? 1);
const ROUND_MS = 60_000;

/** What the clients of one data folder know, over all lives of its broker. */
class Clients extends Crowd {
  readonly declarers = ['t0', 't1'].map((name) => new Declarer(name));

  /** All of them live in this life of the broker. */
  run(life: Life, random: Random): void {
    this.publish(life, random);
    for (const declarer of this.declarers) {
      const own = random.fork();
      life.run(() => declarer.live(life, own));
    }
    this.consume(life, random);
  }

  powerFails(): void {
    for (const keeper of [...this.queues, ...this.declarers]) keeper.powerFails();
  }

  /** `cut`: what happened since the power failed may be lost. */
  killed(cut: boolean): void {
    for (const keeper of [...this.queues, ...this.declarers]) keeper.killed(cut);
  }
}

/** Lets the broker live until enough happened, and ends it; the folder is then as that leaves it. */
type End = (broker: KillableBroker, life: Life, clients: Clients, random: Random) => Promise<void>;

const killed: End = async (broker, life, clients, random) => {
  life.end();
  await broker.kill(random.chance(0.9) ? 'SIGKILL' : 'SIGTERM');
  clients.killed(false);
};

const cutOff: End = async (broker, life, clients, random) => {
  clients.powerFails();
  const cut = PowerCut.now(broker.folder);
  // Mostly not for long: a checkpoint in between leaves little to tear.
  await life.after(random.integer(1, random.pick([5, 30, 200])));
  life.end();
  await broker.kill('SIGKILL');
  clients.killed(cut.happen(random));
};

/** The same, after the store has taken another key, and mostly before all is sealed anew. */
const killedWithNewKey =
  (key: StoreKey): End =>
  async (broker, life, clients, random) => {
    await key.change(broker.folder);
    await life.after(random.integer(1, random.pick([5, 50, 500])));
    await killed(broker, life, clients, random);
  };

test.each([
  ['kills', ROUNDS, () => killed],
  ['power cuts', ROUNDS, () => cutOff],
  ['kills of a sealed store that takes another key', Math.ceil(ROUNDS / 2), killedWithNewKey],
] as const)(
  `%s at random moments lose nothing confirmed and bring nothing settled back`,
  { timeout: ROUNDS * ROUND_MS },
  async (_what, rounds, endWith) => {
    const random = new Random(SEED);
    const key = new StoreKey();
    const end = endWith(key);
    const broker = await killableBroker(endWith === killedWithNewKey ? { LEVERET_STORE_KEY: key.source } : {});
    const clients = new Clients();
    await clients.declare(broker.url);
    for (let round = 1; round <= rounds; round++) {
      const life = new Life(broker.url);
      clients.run(life, random);
      await life.after(random.integer(1, random.pick([50, 300, 1500])));
      await end(broker, life, clients, random);
      expect(await life.ended(), `round ${round}: what failed before the end`).toEqual([]);
      await broker.start();
      const wrong = await check(broker, clients.queues, clients.declarers);
      expect(wrong.slice(0, 20), `${wrong.length} wrong in round ${round} of seed ${SEED}`).toEqual([]);
    }
  },
);
