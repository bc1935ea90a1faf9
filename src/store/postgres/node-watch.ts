/**
 * Which of the other nodes wait, as the active one sees it when it is asked. A node that waits moves its row ten times a second; one that is killed
 * leaves it as it was, and nobody has to fence it. So a row is looked at until it has moved, or has stood still for a lease.
 */
import type { Clock } from '../../util/clock.ts';
import type { Forgetting, OtherNode, OtherNodes } from '../other-nodes.ts';
import { StoreError } from '../store.ts';
import type { NodeRow } from './nodes.ts';
import { Standstill } from './standstill.ts';

/** Between two looks, in milliseconds. */
const PAUSE_MS = 100;
/** A row that has moved since a look that is older than this may have stopped since, in milliseconds. */
const RECENT_MS = 1000;
/** How long an answer may take, in milliseconds: then the one before it is given. */
const ANSWER_MS = 3000;

/** A row as it was seen, and for how long. */
interface Sight {
  readonly pulse: string;
  readonly standstill: Standstill;
}

export interface NodeWatchOptions {
  /** Guarded. */
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly read: () => Promise<readonly NodeRow[]>;
  /** Removes the row of a node, if it is as it was seen. */
  readonly remove: (row: Pick<NodeRow, 'name' | 'pulse'>) => Promise<void>;
}

/** With its row as it was seen. */
type Known = OtherNode & Pick<NodeRow, 'pulse'>;

export class NodeWatch implements OtherNodes {
  readonly #options: NodeWatchOptions;
  readonly #sights = new Map<string, Sight>();
  #known: readonly Known[] = [];
  #looking: Promise<void> | undefined;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  /** All nodes but the active one. Resolves with what was known before if the database does not answer. */
  async list(): Promise<readonly Known[]> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    try {
      await Promise.race([this.#looking, this.#pause(ANSWER_MS)]);
    } catch {
      // The session has ended: the next who asks has another.
    }
    return this.#known;
  }

  async forget(name: string): Promise<Forgetting> {
    // It may have moved meanwhile, or the answer was lost: then it is looked at again.
    for (let asked = false; ; asked = true) {
      const node = (await this.list()).find((other) => other.name === name);
      if (node === undefined) return asked ? 'forgotten' : 'unknown';
      if (node.waits) return 'runs';
      try {
        await this.#options.remove(node);
      } catch (error) {
        if (error instanceof StoreError) throw error;
        await this.#pause(PAUSE_MS);
      }
    }
  }

  async #look(): Promise<void> {
    for (;;) {
      const rows = (await this.#options.read()).filter(({ active }) => !active);
      const verdicts = rows.map((row) => this.#waits(row));
      if (!verdicts.includes(undefined)) {
        this.#known = rows.map((row, n) => ({ ...row, waits: verdicts[n]! }));
        return;
      }
      await this.#pause(PAUSE_MS);
    }
  }

  /** Undefined: that is not to be seen yet. */
  #waits({ name, alive, pulse }: NodeRow): boolean | undefined {
    if (!alive) return false;
    const { clock, leaseMs } = this.#options;
    const now = clock.elapsed();
    const sight = this.#sights.get(name);
    if (sight?.pulse !== pulse) {
      this.#sights.set(name, { pulse, standstill: new Standstill(leaseMs, now) });
      return sight !== undefined && now - sight.standstill.until <= RECENT_MS ? true : undefined;
    }
    return sight.standstill.goesOn(now) ? false : undefined;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(ms, resolve));
  }
}
