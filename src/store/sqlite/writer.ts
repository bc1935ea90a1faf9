/**
 * The writer: owns the only connection that writes, and commits one batch at a time. A batch that fails is tried again, unchanged, until it
 * works: nothing that was said to the store is lost or overtaken. In which thread is not its concern.
 */
import Database from 'better-sqlite3';
import type { Clock, Timer } from '../../util/clock.ts';
import { type Fault, guardedClock, unawaited } from '../../util/guard.ts';
import { systemClock } from '../../util/system.ts';
import { StoreError } from '../store.ts';
import type { WrittenBatch } from '../engine/batch-rows.ts';
import { BatchWriter } from './batch-writer.ts';
import { Checkpoints } from './checkpoints.ts';
import { type DataKeys, sealBy } from '../sealing/data-keys.ts';
import { Keyring, type Seal } from '../sealing/seal.ts';
import { isSystemError, openWriter } from './database-file.ts';
import { FilesInUse } from './files-in-use.ts';
import type { KeyChange } from './key-change.ts';
import type { Say, ToWriter, WriterOptions } from './messages.ts';

/** Pauses between attempts, in milliseconds: doubled from the first to the last. */
const FIRST_PAUSE = 100;
const LAST_PAUSE = 1000;
/** Bytes that a commit writes to the log beside its data, about: the pages of the trees above it, and each operation's share. */
const BYTES_A_BATCH = 32 * 1024;
const BYTES_A_NUMBER = 128;

/** What SQLite says of a statement or a value that is wrong. Everything else is about the disk, the file or another process. */
const LASTING = ['SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_RANGE', 'SQLITE_TOOBIG', 'SQLITE_MISUSE'];

const NOT_BEGUN = 'what earlier keys have sealed is not sealed anew before the next start';

interface OpenFile {
  readonly files: FilesInUse;
  readonly database: Database.Database;
  readonly writer: BatchWriter;
  readonly checkpoints: Checkpoints;
}

export class Writer {
  readonly #options: WriterOptions;
  readonly #say: Say;
  readonly #fault: Fault;
  readonly #clock: Clock;
  readonly #seal: Seal;
  #keys: DataKeys | undefined;
  #file: OpenFile | undefined;
  #diskShort = false;
  #keyChange: KeyChange | undefined;
  /** Of a batch that failed. */
  #nextAttempt: Timer | undefined;
  #closed = false;

  /** `fault`: told of a defect; a writer that has one is to be closed. */
  constructor(options: WriterOptions, say: Say, fault: Fault) {
    this.#options = options;
    this.#say = say;
    this.#fault = fault;
    this.#clock = guardedClock(systemClock, fault);
    this.#keys = options.keys;
    this.#seal = sealBy(options.keys);
  }

  /** Throws what is a defect of the batch. */
  hear(message: ToWriter): void {
    switch (message.kind) {
      case 'open':
        this.#open();
        break;
      case 'commit':
        this.#commit(message, FIRST_PAUSE);
        break;
      case 'disk-short':
        this.#diskShort = message.short;
        this.#file?.checkpoints.setDiskShort(message.short);
        break;
      case 'change-key':
        unawaited(this.#fault, this.#changeKey(message.master));
        break;
      case 'seal-by':
        if (this.#seal instanceof Keyring) this.#seal.add(message.keys);
        unawaited(this.#fault, this.#sealAnew());
        break;
      case 'close':
        this.close();
        break;
    }
  }

  /** A batch that waits for its next attempt is not committed. */
  close(): void {
    this.#closed = true;
    this.#nextAttempt?.cancel();
    this.#keyChange?.stop();
    const file = this.#file;
    this.#file = undefined;
    file?.checkpoints.stop();
    // The last connection to close puts the log into the file and removes it.
    file?.database.close();
    file?.files.close();
  }

  #connect(): OpenFile {
    if (this.#file !== undefined) return this.#file;
    const { path, synchronous } = this.#options;
    const database = openWriter(path, synchronous);
    try {
      const writer = new BatchWriter(database, this.#seal);
      const files = new FilesInUse(database, path);
      const checkpoints = new Checkpoints(
        { database, files, rows: writer.fresh, clock: this.#clock },
        (message, error) => {
          this.#say({ kind: 'warning', message, reason: describe(error) });
        },
      );
      checkpoints.setDiskShort(this.#diskShort);
      return (this.#file = { files, database, writer, checkpoints });
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #open(): void {
    try {
      this.#connect();
      // A process before this one did not come to the end of it.
      if (this.#keys !== undefined && this.#keys.size > 1) unawaited(this.#fault, this.#sealAnew());
    } catch {
      // The first commit tries again, and has somebody to tell.
    }
  }

  async #changeKey(master: Uint8Array): Promise<void> {
    try {
      const change = await this.#loadKeyChange();
      this.#keys = change.change(this.#keys!, master);
      this.#say({ kind: 'key-changed', keys: this.#keys });
    } catch (error) {
      this.#say({ kind: 'key-not-changed', reason: describe(error as Error) });
    }
  }

  async #sealAnew(): Promise<void> {
    try {
      (await this.#loadKeyChange()).start();
    } catch (error) {
      this.#say({ kind: 'warning', message: NOT_BEGUN, reason: describe(error as Error) });
    }
  }

  /** Hardly any process needs it. Throws StoreError if the store is not sealed. */
  async #loadKeyChange(): Promise<KeyChange> {
    const seal = this.#seal;
    if (!(seal instanceof Keyring)) throw new StoreError('the store is not sealed');
    const module = await import('./key-change.ts');
    if (this.#closed) throw new StoreError('the store is closed');
    const { database, files, checkpoints } = this.#connect();
    const { synchronous } = this.#options;
    const parts = { database, files, checkpoints, synchronous, say: this.#say, seal, clock: this.#clock };
    return (this.#keyChange ??= new module.KeyChange(parts));
  }

  /** `written`: SQLite has it; it counts as committed when the files that have it are found to be in their places. */
  #commit(batch: WrittenBatch, pause: number, written = false): void {
    try {
      const { files, writer } = this.#connect();
      files.check();
      if (!written) {
        writer.write(batch);
        written = true;
        files.check();
      }
    } catch (error) {
      if (!mayWorkLater(error)) throw error;
      // At once: what a log without a name has is in no other place.
      this.#file?.checkpoints.makeRoom();
      this.#say({ kind: 'trouble', reason: describe(error) });
      const again = (): void => this.#commit(batch, Math.min(pause * 2, LAST_PAUSE), written);
      this.#nextAttempt = this.#clock.after(pause, again);
      return;
    }
    // Gives its memory back.
    const { numbers, chunks } = batch;
    this.#say({ kind: 'committed', numbers, chunks }, [numbers, ...chunks]);
    // After the report, so that only the batch after the next waits for a checkpoint.
    this.#file?.checkpoints.committed(BYTES_A_BATCH + batch.length * BYTES_A_NUMBER + batch.bytes);
  }
}

/** A defect in a batch stays one however often it is written: the writer ends with it. */
function mayWorkLater(error: unknown): error is Error & { readonly code?: string } {
  if (error instanceof StoreError || isSystemError(error)) return true;
  return error instanceof Database.SqliteError && !LASTING.some((code) => error.code.startsWith(code));
}

function describe(error: Error & { readonly code?: string }): string {
  return error.code === undefined ? error.message : `${error.message} (${error.code})`;
}
