/**
 * The store in one SQLite file. This thread collects batches and reads; the writer, mostly on a thread of its own,
 * commits them, one at a time, each in one transaction. The data folder holds leveret.db (with SQLite's -wal and -shm beside it while in use),
 * leveret.lock and leveret.pid.
 */
import type { Database } from 'better-sqlite3';
import type { WrittenBatch } from '../engine/batch-rows.ts';
import { type EngineOptions, EngineStore } from '../engine/engine-store.ts';
import type { RecoveredState } from '../stored-records.ts';
import { type Answer, StoreError } from '../store.ts';
import type { StoreContents } from '../engine/unloaded-logs.ts';
import { Keyring, type Seal } from '../sealing/seal.ts';
import { type DataKeys, sealBy } from '../sealing/data-keys.ts';
import { databasePath, explain, openDatabase, prepareFolder, type Synchronous } from './database-file.ts';
import type { FromWriter, StoreWriter, WriterListener, WriterOptions } from './messages.ts';
import { readCounters, readState } from './recovery.ts';
import { SCHEMA_VERSION } from './schema/schema.ts';
import { readDataKeys } from './sealing-table.ts';
import { StoreLock } from './store-lock.ts';
import { RowReader } from './row-reader.ts';
import { troubleAdvice } from './trouble.ts';
import { WriterThread } from './writer-thread.ts';

/** Its `clock` is for when batches begin; the writer goes by the system's. */
export interface SqliteStoreOptions extends EngineOptions {
  /** The data folder; created, readable by its owner only, if it is missing. */
  readonly folder: string;
  /** `full` (default): what is reported committed survives a loss of power. `normal`: it survives the end of the process. */
  readonly synchronous?: Synchronous;
  /** What the store is sealed with, 32 bytes; without it, it is not. */
  readonly key?: Uint8Array | undefined;
  /** The writer does not keep the process alive. Default: false. */
  readonly unref?: boolean | undefined;
  /**
   * Commits are made on a thread of their own, so that nobody waits for a disk. False: in this one, for who waits for them anyway, as to start a
   * thread takes longer than hundreds of commits. Default: true.
   */
  readonly thread?: boolean | undefined;
}

/** What there was in the folder, and what it is used by. */
interface Found extends Pick<RecoveredState, 'fresh' | 'migratedFrom'> {
  readonly path: string;
  readonly lock: StoreLock;
  readonly reader: Database;
  readonly keys: DataKeys | undefined;
  readonly Writer: new (options: WriterOptions, listener: WriterListener, unref: boolean) => StoreWriter;
}

export class SqliteStore extends EngineStore {
  readonly answersAtOnce = true;
  readonly batchBytes = 4 * 1024 * 1024;
  readonly #lock: StoreLock;
  readonly #reader: Database;
  readonly #found: Found;
  readonly #seal: Seal;
  readonly #writer: StoreWriter;
  readonly #rows: RowReader;
  readonly #loaded = Promise.withResolvers<void>();
  /** Called when the batch under way is on disk. */
  #done: (() => void) | undefined;
  /** Under way until the key counts. */
  #keyChange: PromiseWithResolvers<void> | undefined;

  /**
   * Opens the store of a folder, creating it if it is missing.
   * Throws StoreError if the folder cannot be written or another broker uses it, and if the file in it is damaged, not
   * Leveret's or from a newer version: it is left untouched then.
   */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    // A daemon has no use for it, and starts without.
    const Writer = options.thread === false ? (await import('./inline-writer.ts')).InlineWriter : WriterThread;
    prepareFolder(options.folder);
    const path = databasePath(options.folder);
    const undo: (() => void)[] = [];
    try {
      const lock = new StoreLock(path);
      undo.push(() => lock.release());
      const { key } = options;
      const { created, migratedFrom, reader } = openDatabase(path, key);
      undo.push(() => reader.close());
      const keys = readDataKeys(reader, key);
      if (migratedFrom !== undefined) {
        options.log?.(
          'info',
          { file: path, from: migratedFrom, to: SCHEMA_VERSION },
          'the store was brought to this version',
        );
      }
      return new SqliteStore(options, { path, lock, reader, keys, fresh: created, migratedFrom, Writer });
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw explain(path, error);
    }
  }

  /** Use `SqliteStore.open`. */
  constructor(options: SqliteStoreOptions, found: Found) {
    const { path, lock, reader, keys, Writer } = found;
    super(options, { place: path, fields: { file: path }, counters: readCounters(reader), advice: troubleAdvice });
    this.#found = found;
    this.#lock = lock;
    this.#reader = reader;
    this.#seal = sealBy(keys);
    this.#rows = new RowReader(reader, path, this.#seal);
    const { synchronous = 'full', unref = false } = options;
    this.#writer = new Writer(
      { path, synchronous, keys },
      { heard: (message) => this.#hear(message), lost: (error) => this.#lost(error), fault: this.fault },
      unref,
    );
  }

  /** Resolves when the writer's thread has loaded, which begins with `recover`. */
  get loaded(): Promise<void> {
    return this.#loaded.promise;
  }

  protected contents(): StoreContents {
    const { fresh, migratedFrom } = this.#found;
    const contents = this.#read(() => readState(this.#reader, fresh, this.#seal));
    // Not before: a file that turns out to be damaged is left as it is.
    this.#writer.tell({ kind: 'open' });
    return { ...contents, state: { ...contents.state, migratedFrom } };
  }

  readPages(pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    answer(this.#attempt(() => pageIds.map((id) => this.#rows.page(id))));
  }

  readBody(bodyId: number, answer: Answer<Buffer>): void {
    answer(this.#attempt(() => this.#rows.body(bodyId)));
  }

  readSeen(queueId: number, answer: Answer<Buffer[]>): void {
    answer(this.#attempt(() => this.#rows.seen(queueId)));
  }

  setDiskShort(short: boolean): void {
    this.#writer.tell({ kind: 'disk-short', short });
  }

  changeKey(master: Uint8Array): Promise<void> {
    if (this.closed) return Promise.reject(this.closedError);
    if (this.#keyChange !== undefined) return Promise.reject(new StoreError('The key is being changed already.'));
    this.#keyChange = Promise.withResolvers();
    this.#writer.tell({ kind: 'change-key', master });
    return this.#keyChange.promise;
  }

  protected write(batch: WrittenBatch, done: () => void): void {
    this.#done = done;
    this.#writer.tell({ kind: 'commit', ...batch }, [batch.numbers, ...batch.chunks]);
  }

  protected get lost(): Promise<void> {
    return this.#writer.ended;
  }

  protected async end(): Promise<void> {
    // Before the writer's, so that the writer's is the last connection and takes the log away.
    this.#reader.close();
    this.#writer.tell({ kind: 'close' });
    await this.lost;
  }

  protected async release(): Promise<void> {
    await this.#writer.end();
    this.#reader.close();
    this.#lock.release();
  }

  #hear(message: FromWriter): void {
    switch (message.kind) {
      case 'loaded':
        this.#loaded.resolve();
        break;
      case 'committed': {
        this.reuse(message);
        this.trouble.set(undefined);
        const done = this.#done!;
        this.#done = undefined;
        done();
        break;
      }
      case 'trouble':
        this.trouble.set(message.reason);
        break;
      case 'key-changed':
        // This thread first: it reads what the other one seals.
        if (this.#seal instanceof Keyring) this.#seal.add(message.keys);
        this.#writer.tell({ kind: 'seal-by', keys: message.keys });
        this.keyChanged();
        this.#keyChangeEnded(undefined);
        break;
      case 'key-not-changed':
        this.#keyChangeEnded(new StoreError(`The key of ${this.place} is not changed: ${message.reason}.`));
        break;
      case 'resealed':
        this.resealed(message);
        break;
      case 'warning':
        this.log('warn', { file: this.place, reason: message.reason }, message.message);
        break;
    }
  }

  /** The writer ended by itself: nothing more is committed in this process. */
  #lost(error: Error): void {
    const reason = `the writer ended: ${error.message}`;
    this.trouble.set(reason);
    this.#keyChangeEnded(new StoreError(reason));
  }

  #keyChangeEnded(error: StoreError | undefined): void {
    const change = this.#keyChange;
    this.#keyChange = undefined;
    if (error === undefined) change?.resolve();
    else change?.reject(error);
  }

  #attempt<Value>(read: () => Value): Value | StoreError {
    try {
      return this.#read(read);
    } catch (error) {
      if (error instanceof StoreError) return error;
      throw error;
    }
  }

  #read<Result>(read: () => Result): Result {
    if (this.closed) throw this.closedError;
    try {
      return read();
    } catch (error) {
      throw explain(this.place, error);
    }
  }
}
