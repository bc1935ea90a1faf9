/**
 * What a test broker keeps beyond its end: its data folder, or, without one, what it has committed in memory. And how well that can be read and written.
 */
import { openStore, type StoreOpener } from '../../embed/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fault } from '../faults/fault.ts';
import { type DiskState, FaultyStore } from './faulty-store.ts';
import { MemoryStore } from './memory-store.ts';

/** What SQLite says of a disk without room. */
const FULL = 'database or disk is full (SQLITE_FULL)';

export class Disk implements DiskState {
  readonly #clock: Clock;
  readonly #full = new Set<Fault>();
  /** With the milliseconds of each. */
  readonly #slow = new Map<Fault, number>();
  readonly #damaged = new Map<Fault, { readonly pageId: number; readonly queue: string }>();
  #memory: MemoryStore | undefined;
  #store: FaultyStore | undefined;

  /** `clock`: a real one. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens the store of a broker that starts, or starts again: that of its data folder, or one that keeps what there was in memory. */
  readonly openStore: StoreOpener = async (request) => {
    // A test that starts broker after broker would wait for thread after thread.
    const opened = await openStore({ ...request, thread: false });
    return { ...opened, store: this.#over(opened.store) };
  };

  /** Nothing more of what the broker says is kept. */
  cut(): void {
    this.#store?.cut();
  }

  fill(fault: Fault): void {
    this.#full.add(fault);
    this.#store?.diskChanged();
  }

  slow(fault: Fault, ms: number): void {
    this.#slow.set(fault, ms);
  }

  damage(fault: Fault, pageId: number, queue: string): void {
    this.#damaged.set(fault, { pageId, queue });
  }

  end(fault: Fault): void {
    this.#damaged.delete(fault);
    this.#slow.delete(fault);
    if (this.#full.delete(fault)) this.#store?.diskChanged();
  }

  // DiskState

  get trouble(): string | undefined {
    return this.#full.size > 0 ? FULL : undefined;
  }

  damageOf(pageIds: readonly number[]): string | undefined {
    for (const [fault, { pageId, queue }] of this.#damaged) {
      if (pageIds.includes(pageId) && fault.strikes({ queue }))
        return `page ${pageId} of queue '${queue}' cannot be read: its checksum is wrong`;
    }
    return undefined;
  }

  delay(): number {
    for (const [fault, ms] of this.#slow) if (fault.strikes({})) return ms;
    return 0;
  }

  #over(opened: Store): Store {
    if (!opened.durable) this.#memory = this.#memory?.reopened() ?? new MemoryStore({ clock: this.#clock });
    return (this.#store = new FaultyStore(this.#memory ?? opened, this, this.#clock));
  }
}
