/**
 * Another key for a store in use: first it counts, then what earlier keys have sealed is sealed anew, a portion between two batches, until those
 * keys can be forgotten. All of it goes by the chain of batches: a node that was taken over changes nothing, and the next one goes on.
 */
import type { Clock } from '../../util/clock.ts';
import { type Fault, unawaited } from '../../util/guard.ts';
import { type DataKeys, openDataKeys, underNewMaster } from '../sealing/data-keys.ts';
import { type Keyring, NOT_OPENED } from '../sealing/seal.ts';
import { type ResealingProgress, StoreError } from '../store.ts';
import type { Chain } from './chain.ts';
import { Fenced } from './membership.ts';
import type { PrimaryLink } from './primary-link.ts';
import { Resealing } from './resealing.ts';
import { forgetKeys, putKey } from './sealing-table.ts';

/** After a portion a rest of so many times as long: batches come first. */
const REST = 2;
/** How long after what failed it begins anew, in milliseconds. */
const PAUSE_MS = 1000;

const NOT_RESEALED = 'what earlier keys have sealed could not be sealed anew: it is tried again';
const DAMAGED = 'is damaged: it stays as it is, and so does the key that it is sealed by';

export interface KeyChangeParts {
  readonly link: PrimaryLink;
  readonly chain: Chain;
  readonly seal: Keyring;
  /** Guarded. */
  readonly clock: Clock;
  /** Of the database, for errors. */
  readonly place: string;
  readonly fault: Fault;
  readonly tell: (progress: ResealingProgress) => void;
  readonly warn: (reason: string, message: string) => void;
}

export class KeyChange {
  readonly #parts: KeyChangeParts;
  #keys: DataKeys;
  #isChanging = false;
  /** There may be something that is not sealed by the newest key. */
  #isWanted = false;
  #isUnderWay = false;
  #stopped = false;

  /** `keys`: those that the store is sealed by until now. */
  constructor(parts: KeyChangeParts, keys: DataKeys) {
    this.#parts = parts;
    this.#keys = keys;
    if (keys.size > 1) this.#start();
  }

  /** Resolves when the master key counts. Rejects with a StoreError if it does not: another node has the store, or the key is being changed already. */
  async change(master: Uint8Array): Promise<void> {
    const { chain, seal, place } = this.#parts;
    if (this.#isChanging) throw new StoreError('The key is being changed already.');
    this.#isChanging = true;
    try {
      const sealed = underNewMaster(this.#keys, master);
      await chain.commit(sealed.map(putKey));
      this.#keys = openDataKeys(sealed, master, place)!;
    } catch (error) {
      throw new StoreError(`The key of ${place} is not changed: ${(error as Error).message}.`);
    } finally {
      this.#isChanging = false;
    }
    seal.add(this.#keys);
    this.#start();
  }

  stop(): void {
    this.#stopped = true;
  }

  #start(): void {
    this.#isWanted = true;
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    unawaited(this.#parts.fault, this.#run());
  }

  async #run(): Promise<void> {
    const { link, tell, warn } = this.#parts;
    let [done, damaged] = [0, 0];
    while (this.#isWanted && !this.#stopped) {
      this.#isWanted = false;
      try {
        ({ done, damaged } = await this.#sealAll());
      } catch (error) {
        // Of a chain that ends with this node, too: the next one goes on.
        if (this.#stopped || error instanceof Fenced) return;
        warn((error as Error).message, NOT_RESEALED);
        this.#isWanted = true;
        await link.pause(PAUSE_MS);
      }
    }
    if (this.#stopped) return;
    this.#isUnderWay = false;
    tell({ done, left: 0, damaged });
  }

  async #sealAll(): Promise<Omit<ResealingProgress, 'left'>> {
    const { chain, link, seal, clock, tell, warn } = this.#parts;
    const { current } = seal;
    // Behind the batches that were sealed by the key before: all that is to be found is there.
    await chain.commit([]);
    const rows = new Resealing(seal, seal);
    const total = await link.read((session) => rows.count(session));
    let [done, damaged] = [0, 0];
    while (!this.#stopped && !this.#isWanted) {
      // Rows may have come and gone since they were counted.
      tell({ done, left: Math.max(total - done, 1), damaged });
      const begun = clock.elapsed();
      const portion = await link.read((session) => rows.next(session));
      if (portion === undefined) {
        if (damaged === 0) await this.#forget(current);
        break;
      }
      if (portion.statements.length > 0) await chain.commit(portion.statements);
      for (const name of portion.damaged) warn(`it ${NOT_OPENED}`, `${name} ${DAMAGED}`);
      damaged += portion.damaged.length;
      done += portion.rows;
      await link.pause((clock.elapsed() - begun) * REST);
    }
    return { done, damaged };
  }

  /** The keys whose numbers are lower: another that came meanwhile is not. */
  async #forget(below: number): Promise<void> {
    const { chain, link } = this.#parts;
    await chain.commit([forgetKeys(below)]);
    this.#keys = new Map([...this.#keys].filter(([id]) => id >= below));
    // What was there is not to be read in unused room either: it has a few rows.
    await link.read((session) => session.query('VACUUM FULL sealing'));
  }
}
