/**
 * The store in a PostgreSQL database that nodes share: one is active, the others wait to take over. This thread collects batches and sends them;
 * opening.ts says how a node comes to it, and the rules of fencing are in membership.ts and chain.ts.
 */
import type { Clock } from '../../util/clock.ts';
import { guardedClock, unawaited } from '../../util/guard.ts';
import type { Histogram } from '../../util/histogram.ts';
import { nodeName } from '../../util/node-name.ts';
import { keepingProcess, systemClock } from '../../util/system.ts';
import { BatchBuffer } from '../engine/batch-buffer.ts';
import { writeRows } from '../engine/batch-rows.ts';
import { CommitTrouble, type StoreLog } from '../engine/commit-trouble.ts';
import { CLOSE_MS, lastCommit } from '../engine/last-commit.ts';
import { StoredIds } from '../engine/stored-ids.ts';
import { StoredRows } from '../engine/stored-rows.ts';
import { type Engine, GroupCommit } from '../group-commit.ts';
import { type Seal, UNSEALED } from '../sealing/seal.ts';
import type { RecoveredState, TopologyChange } from '../stored-records.ts';
import { type Answer, type LogSource, type Store, StoreError } from '../store.ts';
import { describeAddress, type Environment, parseAddress } from './address.ts';
import { BatchStatements } from './batch-statements.ts';
import type { Chain } from './chain.ts';
import { ColdReads } from './cold-reads.ts';
import { changeStatements } from './entities.ts';
import type { Membership } from './membership.ts';
import { openDatabase, type Opened } from './opening.ts';
import type { PrimaryLink } from './primary-link.ts';

const ADVICE = 'Check the database, and the way to it.';

/** How long a start waits for a database that does not answer, in milliseconds. */
const START_MS = 60_000;

export interface PostgresStoreOptions {
  /** `postgres://user@host:port,host2:port2/database`: see docs/postgres.md. */
  readonly url: string;
  /** What this node is called among those of the database. Default: `rabbit@` and the name of the machine. */
  readonly name?: string | undefined;
  /** Refuse a database that does not keep what is confirmed on two servers. Default: false, which warns. */
  readonly requireSync?: boolean | undefined;
  /** How long what nobody waits for may wait for company, in milliseconds. Default 20. */
  readonly lazyMs?: number;
  /** How long `close` waits for commits that fail, in milliseconds. Default 5000. */
  readonly closeMs?: number;
  /** How long a start waits for a database that does not answer, in milliseconds. Default 60000. */
  readonly startMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Of libpq's variables. Default: the process's. */
  readonly env?: Environment;
  readonly log?: StoreLog;
  /** Ends the waiting: `open` rejects. */
  readonly signal?: AbortSignal | undefined;
  /** Told which node is active, if this one has to wait for it. */
  readonly onWaiting?: ((active: string) => void) | undefined;
  /** Its sessions do not keep the process alive. Default: false. */
  readonly unref?: boolean | undefined;
}

/** Nothing that a store on a server does ends it for good. */
const NEVER = new Promise<void>(() => undefined);

const damagedIn =
  (place: string) =>
  (what: string, how = ''): StoreError =>
    new StoreError(
      `The database ${place} is damaged: ${[what, how].join(' ').trim()}. ` +
        'Restore it from a backup, or purge or delete the queue to go on without its messages.',
    );

export class PostgresStore implements Store {
  readonly durable = true;
  readonly answersAtOnce = false;
  readonly batchBytes = 1024 * 1024;
  readonly #place: string;
  readonly #closeMs: number;
  readonly #clock: Clock;
  readonly #commits: GroupCommit;
  readonly #buffer = new BatchBuffer();
  readonly #seal: Seal = UNSEALED;
  readonly #trouble: CommitTrouble;
  readonly #link: PrimaryLink;
  readonly #membership: Membership;
  readonly #chain: Chain;
  readonly #reads: ColdReads;
  readonly #ids: StoredIds;
  readonly #state: RecoveredState;
  #closing: Promise<void> | undefined;
  #closed = false;

  /**
   * Resolves when this node is the active one: it waits for its turn while another is. Creates the schema if it is missing. Throws StoreError if
   * the address makes no sense, the database does not let us in or cannot be reached, the schema is from a newer version, or another node
   * of this name is alive.
   */
  static open(options: PostgresStoreOptions): Promise<PostgresStore> {
    // Its timers do not keep the process alive, and there may be nothing else yet.
    return keepingProcess(PostgresStore.#open(options));
  }

  static async #open(options: PostgresStoreOptions): Promise<PostgresStore> {
    const { url, name = nodeName(), clock = systemClock, signal, onWaiting, unref } = options;
    const { requireSync = false, startMs = START_MS, log = () => undefined } = options;
    const address = parseAddress(url, options.env ?? process.env);
    const place = describeAddress(address);
    const damaged = damagedIn(place);
    const limits = { requireSync, startMs };
    const opening = { address, place, name, ...limits, clock, log, signal, onWaiting, unref, damaged };
    return new PostgresStore(options, place, await openDatabase(opening));
  }

  /** Use `PostgresStore.open`. */
  constructor(options: PostgresStoreOptions, place: string, opened: Opened) {
    const { link, membership, chain, told, recovered } = opened;
    this.#place = place;
    this.#link = link;
    this.#membership = membership;
    this.#chain = chain;
    this.#closeMs = options.closeMs ?? CLOSE_MS;
    const commit: Engine['commit'] = (changes, done) => this.#commit(changes, done);
    const clock = options.clock ?? systemClock;
    this.#commits = new GroupCommit({ batch: this.#buffer, batchesAtOnce: 1, commit }, clock, options.lazyMs);
    const { fault } = this.#commits;
    this.#clock = guardedClock(clock, fault);
    this.#trouble = new CommitTrouble({ store: place }, options.log ?? (() => undefined), () => ADVICE, fault);
    told.trouble = (reason) => this.#trouble.set(reason);
    told.fenced = (reason) => this.#commits.fence(reason);
    const damaged = damagedIn(place);
    const rows = new StoredRows(this.#seal, damaged);
    this.#reads = new ColdReads(link, rows, damaged, () => this.#closedError(), fault);
    this.#ids = new StoredIds(recovered.counters);
    this.#state = recovered.state;
  }

  recover(): RecoveredState {
    return this.#state;
  }

  change(change: TopologyChange): void {
    this.#commitsIfOpen().change(change);
  }

  schedule(source: LogSource, urgent: boolean): void {
    this.#commitsIfOpen().schedule(source, urgent);
  }

  unschedule(source: LogSource): void {
    this.#commits.unschedule(source);
  }

  afterCommit(callback: () => void): void {
    this.#commitsIfOpen().afterCommit(callback);
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

  onTrouble(listener: (reason: string | undefined) => void): void {
    this.#trouble.onTrouble(listener);
  }

  onFenced(listener: (reason: string) => void): void {
    this.#commits.onFenced(listener);
  }

  onFault(listener: (error: unknown) => void): void {
    this.#commits.onFault(listener);
  }

  /** Its disk is another machine's. */
  setDiskShort(): void {}

  get commitDurations(): Histogram {
    return this.#commits.durations;
  }

  nextQueueId(): number {
    return this.#ids.nextQueue();
  }

  nextPageId(): number {
    return this.#ids.nextPage();
  }

  nextBodyId(): number {
    return this.#ids.nextBody();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #commitsIfOpen(): GroupCommit {
    if (this.#closed) throw this.#closedError();
    return this.#commits;
  }

  #closedError(): StoreError {
    return new StoreError(`The store ${this.#place} is closed.`);
  }

  #commit(changes: readonly TopologyChange[], done: () => void): void {
    const buffer = this.#buffer;
    if (buffer.length === 0 && changes.length === 0) {
      done();
      return;
    }
    this.#ids.reserve(buffer);
    const { length, bytes } = buffer;
    const memory = buffer.release();
    const rows = new BatchStatements(this.#seal);
    writeRows({ ...memory, length, bytes, changes }, this.#seal, rows);
    const statements = [...changes.flatMap((change) => changeStatements(change, this.#seal)), ...rows.statements()];
    const committed = this.#chain.commit(statements).then(
      () => {
        buffer.reuse(memory);
        done();
      },
      // It never is committed: it was said then who has the store.
      () => undefined,
    );
    unawaited(this.#commits.fault, committed);
  }

  async #close(): Promise<void> {
    const [commits, trouble, clock, closeMs] = [this.#commits, this.#trouble, this.#clock, this.#closeMs];
    try {
      await lastCommit({ commits, trouble, clock, closeMs, lost: NEVER, name: this.#place });
      this.#closed = true;
      this.#chain.stop();
      await this.#reads.close(false);
      // A database that is away learns by the lease that nobody is here.
      await Promise.race([this.#membership.leave(), this.#link.pause(closeMs)]);
    } finally {
      this.#closed = true;
      this.#chain.stop();
      this.#link.destroy();
      await this.#reads.close(true);
    }
  }
}
