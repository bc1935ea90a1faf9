/**
 * The store in a PostgreSQL database that nodes share: one is active, the others wait to take over. This thread collects batches and sends them;
 * opening.ts says how a node comes to it, and the rules of fencing are in membership.ts and chain.ts.
 */
import { guardedClock, rethrow, unawaited } from '../../util/guard.ts';
import { nodeName } from '../../util/node-name.ts';
import { keepingProcess, systemClock } from '../../util/system.ts';
import { writeRows, type WrittenBatch } from '../engine/batch-rows.ts';
import { type EngineOptions, EngineStore } from '../engine/engine-store.ts';
import { StoredRows } from '../engine/stored-rows.ts';
import type { StoreContents } from '../engine/unloaded-logs.ts';
import type { DataKeys } from '../sealing/data-keys.ts';
import { Keyring, type Seal } from '../sealing/seal.ts';
import type { OtherNodes } from '../other-nodes.ts';
import { type Answer, type ResealingProgress, StoreError } from '../store.ts';
import { type DatabaseAddress, describeAddress, type Environment, parseAddress } from './address.ts';
import { BatchStatements } from './batch-statements.ts';
import type { Chain } from './chain.ts';
import { ColdReads } from './cold-reads.ts';
import { damagedIn } from './damaged.ts';
import { topologyStatements } from './entities.ts';
import type { KeyChange } from './key-change.ts';
import type { Membership } from './membership.ts';
import { openDatabase, type Opened } from './opening.ts';
import { forgetNode, readNodes } from './nodes.ts';
import { NodeWatch } from './node-watch.ts';
import type { PrimaryLink } from './primary-link.ts';

const ADVICE = 'Check the database, and the way to it.';

/** How long a start waits for a database that does not answer, in milliseconds. */
const START_MS = 60_000;

/** Between two attempts to say that this node leaves, in milliseconds. */
const LEAVE_AGAIN_MS = 100;

export interface PostgresStoreOptions extends EngineOptions {
  /** `postgres://user@host:port,host2:port2/database`: see docs/postgres.md. */
  readonly url: string;
  /** What this node is called among those of the database. Default: `rabbit@` and the name of the machine. */
  readonly name?: string | undefined;
  /** Refuse a database that does not keep what is confirmed on two servers. Default: false, which warns. */
  readonly requireSync?: boolean | undefined;
  /**
   * Reads the key that the store is sealed with, of 32 bytes; undefined: it is not sealed. Called at the start, and again if the store was sealed with
   * another one while this node waited.
   */
  readonly key?: (() => Uint8Array) | undefined;
  /** How long a start waits for a database that does not answer, in milliseconds. Default 60000. */
  readonly startMs?: number;
  /** Of libpq's variables. Default: the process's. */
  readonly env?: Environment;
  /** Ends the waiting: `open` rejects. */
  readonly signal?: AbortSignal | undefined;
  /** Told which node is active, if this one has to wait for it. */
  readonly onWaiting?: ((active: string) => void) | undefined;
  /** Its sessions do not keep the process alive. Default: false. */
  readonly unref?: boolean | undefined;
}

export class PostgresStore extends EngineStore {
  readonly answersAtOnce = false;
  readonly batchBytes = 1024 * 1024;
  /** Nothing that a store on a server does ends it for good. */
  protected readonly lost = new Promise<void>(() => undefined);
  readonly #seal: Seal;
  readonly #keys: DataKeys | undefined;
  readonly #link: PrimaryLink;
  readonly #membership: Membership;
  readonly #chain: Chain;
  readonly #reads: ColdReads;
  #keyChange: Promise<KeyChange> | undefined;
  /** Until the broker recovers: there may be very many pages. */
  #contents: StoreContents | undefined;
  readonly otherNodes: OtherNodes;

  /**
   * Resolves when this node is the active one: it waits for its turn while another is. Creates the schema if it is missing. Throws StoreError if
   * the address makes no sense, the database does not let us in or cannot be reached, the schema is from a newer version, the key is not the one
   * that the store is sealed with, or another node of this name is alive.
   */
  static open(options: PostgresStoreOptions): Promise<PostgresStore> {
    // Its timers do not keep the process alive, and there may be nothing else yet.
    return keepingProcess(PostgresStore.#open(options));
  }

  static async #open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const { url, name = nodeName(), key, signal, onWaiting, unref } = options;
    // There is no store yet to tell what goes wrong.
    const clock = guardedClock(options.clock ?? systemClock, rethrow);
    const { requireSync = false, startMs = START_MS, log = () => undefined } = options;
    const address = parseAddress(url, options.env ?? process.env);
    const place = describeAddress(address);
    const opening = { address, place, name, key, requireSync, startMs, clock, log, signal, onWaiting, unref };
    return new PostgresStore(options, place, address, await openDatabase(opening));
  }

  /** Use `PostgresStore.open`. */
  constructor(options: PostgresStoreOptions, place: string, { leaseMs }: DatabaseAddress, opened: Opened) {
    const { link, membership, chain, told, recovered, keys, seal } = opened;
    super(options, { place, fields: { store: place }, counters: recovered.counters, advice: () => ADVICE });
    this.#link = link;
    this.#membership = membership;
    this.#chain = chain;
    this.#keys = keys;
    this.#seal = seal;
    told.trouble = (reason) => this.trouble.set(reason);
    told.fenced = (reason) => this.fence(reason);
    const damaged = damagedIn(place);
    const rows = new StoredRows(this.#seal, damaged);
    this.#reads = new ColdReads(link, rows, damaged, () => this.closedError, this.fault);
    this.#contents = recovered;
    this.otherNodes = new NodeWatch({
      clock: this.clock,
      leaseMs,
      read: () => link.read(readNodes),
      remove: (row) => link.read((session) => forgetNode(session, row)),
    });
  }

  protected contents(): StoreContents {
    const contents = this.#contents!;
    this.#contents = undefined;
    // A node before this one did not come to the end of it.
    if (this.#keys !== undefined && this.#keys.size > 1) unawaited(this.fault, this.#loadKeyChange());
    return contents;
  }

  readPages(pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    this.#reads.pages(pageIds, answer);
  }

  readBody(bodyId: number, answer: Answer<Buffer>): void {
    this.#reads.body(bodyId, answer);
  }

  readSeen(queueId: number, answer: Answer<Buffer[]>): void {
    this.#reads.seen(queueId, answer);
  }

  async changeKey(master: Uint8Array): Promise<void> {
    if (this.closed) throw this.closedError;
    await (await this.#loadKeyChange()).change(master);
    this.keyChanged();
  }

  /**
   * Seals all of it, or has it be sealed no more if `master` is undefined: while no broker uses it, and this is closed then. Throws StoreError if something
   * cannot be opened; nothing is changed then. Resolves to why the tables could not be written anew, so that unused room has what was there before.
   */
  async reseal(master: Uint8Array | undefined): Promise<string | undefined> {
    const { resealDatabase } = await import('./reseal.ts');
    return resealDatabase({ link: this.#link, membership: this.#membership, place: this.place }, this.#seal, master);
  }

  /** Its disk is another machine's. */
  setDiskShort(): void {}

  protected write(batch: WrittenBatch, done: () => void): void {
    const { changes } = batch;
    const rows = new BatchStatements(this.#seal);
    writeRows(batch, this.#seal, rows);
    const statements = [...topologyStatements(changes, this.#seal), ...rows.statements()];
    const committed = this.#chain.commit(statements).then(
      () => {
        this.reuse(batch);
        done();
      },
      // It never is committed: it was said then who has the store.
      () => undefined,
    );
    unawaited(this.fault, committed);
  }

  /** Hardly any process needs it. Rejects with StoreError if the store is not sealed. */
  async #loadKeyChange(): Promise<KeyChange> {
    const keys = this.#keys;
    const seal = this.#seal;
    if (keys === undefined || !(seal instanceof Keyring))
      throw new StoreError(`The key of ${this.place} is not changed: the store is not sealed.`);
    this.#keyChange ??= import('./key-change.ts').then(({ KeyChange }) => {
      const { place, clock, fault } = this;
      const parts = { link: this.#link, chain: this.#chain, seal, clock, place, fault };
      const tell = (progress: ResealingProgress): void => this.resealed(progress);
      const warn = (reason: string, message: string): void => this.log('warn', { store: place, reason }, message);
      return new KeyChange({ ...parts, tell, warn }, keys);
    });
    return this.#keyChange;
  }

  async #stopKeyChange(): Promise<void> {
    (await this.#keyChange)?.stop();
  }

  protected async end(): Promise<void> {
    await this.#stopKeyChange();
    this.#chain.stop();
    await this.#reads.close(false);
    // A database that is away learns by the lease that nobody is here.
    await Promise.race([this.#leave(), this.#link.pause(this.closeMs)]);
  }

  /** Tries again if a session breaks under it. */
  async #leave(): Promise<void> {
    for (;;) {
      try {
        return await this.#membership.leave();
      } catch (error) {
        // The link was closed meanwhile, or nobody is let in any more.
        if (error instanceof StoreError) return;
        await this.#link.pause(LEAVE_AGAIN_MS);
      }
    }
  }

  protected async release(): Promise<void> {
    await this.#stopKeyChange();
    this.#chain.stop();
    this.#link.destroy();
    await this.#reads.close(true);
  }
}
