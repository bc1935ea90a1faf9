/** Two queues' logs over a SQLite store in a folder, which may answer reads later, with what the tests need to look behind them. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Alarms } from '../../src/broker/flow/alarms.ts';
import { Backlog } from '../../src/broker/flow/backlog.ts';
import { BodyStore } from '../../src/broker/log/body-store.ts';
import { MemoryBudget } from '../../src/broker/log/memory-budget.ts';
import { QueueLog } from '../../src/broker/log/log.ts';
import { SpareConfirms } from '../../src/broker/log/waiting-confirms.ts';
import { Scratch, type ScratchPlace } from '../../src/store/scratch.ts';
import { systemClock } from '../../src/util/system.ts';
import { recoverAll, type WholeState } from '../../src/store/copy-store.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { LateStore } from '../support/late-store.ts';

/** Little, so that memory runs short in a test too. */
const BUDGET = 2 * 1024 * 1024;

/** On a disk that may be full. */
class ShortScratch extends Scratch {
  isFull = false;

  override write(data: Buffer): ScratchPlace {
    if (this.isFull)
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' });
    return super.write(data);
  }
}

export class Logs {
  readonly #folder: string;
  readonly #lateness: number | undefined;
  readonly store: Store;
  readonly bodies: BodyStore;
  readonly memory: MemoryBudget;
  readonly backlog = new Backlog();
  readonly spareConfirms = new SpareConfirms();
  readonly #scratch: ShortScratch;
  readonly #logs = new Map<number, QueueLog>();
  readonly #file: Database.Database;
  readonly #pageWith: Database.Statement;
  #isClosed = false;

  /** `lateness`: a seed, if reads are to be answered some turns later, in any order. */
  static async open(folder: string, lateness?: number): Promise<Logs> {
    const store = await SqliteStore.open({ folder, lazyMs: 2, thread: lateness === undefined });
    const asked = lateness === undefined ? store : new LateStore(store, { shuffled: lateness });
    return new Logs(folder, asked, await recoverAll(asked), lateness);
  }

  /** Use `Logs.open`. */
  constructor(folder: string, store: Store, { state, logs }: WholeState, lateness: number | undefined) {
    this.#folder = folder;
    this.#lateness = lateness;
    this.store = store;
    this.#scratch = new ShortScratch(folder);
    this.memory = new MemoryBudget({
      budget: BUDGET,
      scratch: this.#scratch,
      alarms: new Alarms(),
      clock: systemClock,
    });
    this.bodies = new BodyStore(store, this.memory);
    for (const [id, size] of state.bodies) this.bodies.recover(id, size);
    for (const [id, { pages, delivered }] of logs) this.#add(id).recover(pages, delivered);
    this.bodies.dropUnreferenced();
    this.#file = new Database(join(folder, 'leveret.db'), { readonly: true });
    this.#pageWith = this.#file.prepare('SELECT 1 FROM page WHERE queue_id = ? AND first_seq <= ? AND last_seq >= ?');
  }

  declare(): number {
    const id = this.store.nextQueueId();
    const record = { id, vhost: '/', name: `q${id}`, autoDelete: false, arguments: new Uint8Array(0) };
    this.store.change({ op: 'put-queue', record });
    this.#add(id);
    return id;
  }

  delete(id: number): void {
    this.store.change({ op: 'delete-queue', id, vhost: '/', name: 'q', boundFrom: [] });
    this.log(id).drop();
    this.#logs.delete(id);
  }

  log(id: number): QueueLog {
    return this.#logs.get(id)!;
  }

  /**
   * Asks a log for memory as MemoryBudget does; a second time in a row it gives what was not used in between. `toScratch`: memory is short,
   * and the disk is not.
   */
  evict(id: number, toScratch: boolean): void {
    this.#scratch.isFull = !toScratch;
    this.log(id).evict(toScratch ? this.#scratch : undefined);
    this.#scratch.isFull = false;
  }

  /** Resolves when all is on disk, in as many batches as it takes. */
  async committed(): Promise<void> {
    const batch = () => new Promise<void>((resolve) => this.store.afterCommit(resolve));
    while (this.backlog.bytes > 0) await batch();
    // What is no backlog any more may still be under way.
    await batch();
  }

  /** True where a committed page covers the message. */
  onDisk(queueId: number, seq: number): boolean {
    return this.#pageWith.get(queueId, seq, seq) !== undefined;
  }

  /** Rows in the file: what they cost, not what they hold. */
  rows(table: 'page' | 'body' | 'settled'): number {
    return this.#file.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  }

  /** Stops cleanly; the next ones find what this one left. */
  async reopen(): Promise<Logs> {
    await this.close();
    return Logs.open(this.#folder, this.#lateness);
  }

  /** Once, also if what was to follow went wrong. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // What is committed on the way out is looked up in the file too.
    await this.store.close();
    this.#file.close();
    this.#scratch.close();
  }

  #add(id: number): QueueLog {
    const log = new QueueLog(this, id);
    this.#logs.set(id, log);
    return log;
  }
}
