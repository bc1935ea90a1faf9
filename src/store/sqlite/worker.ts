/**
 * The writer thread: owns the only connection that writes, and commits one batch at a time. A batch that fails is tried
 * again, unchanged, until it works: nothing that was said to the store is lost or overtaken.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { rethrow, unawaited } from '../../util/guard.ts';
import { collectGarbageWhenIdle } from '../../util/idle-garbage.ts';
import { systemClock } from '../../util/system.ts';
import { StoreError } from '../store.ts';
import type { BatchMemory } from '../engine/batch-buffer.ts';
import type { WrittenBatch } from '../engine/batch-rows.ts';
import { BatchWriter } from './batch-writer.ts';
import { Checkpoints } from './checkpoints.ts';
import { sealBy } from '../sealing/data-keys.ts';
import { Keyring } from '../sealing/seal.ts';
import { isSystemError, openWriter } from './database-file.ts';
import { FilesInUse } from './files-in-use.ts';
import type { KeyChange } from './key-change.ts';
import type { FromWriter, ToWriter, WriterOptions } from './messages.ts';

/** Pauses between attempts, in milliseconds: doubled from the first to the last. */
const FIRST_PAUSE = 100;
const LAST_PAUSE = 1000;
/** Bytes that a commit writes to the log beside its data, about: the pages of the trees above it, and each operation's share. */
const BYTES_A_BATCH = 32 * 1024;
const BYTES_A_NUMBER = 128;

/** What SQLite says of a statement or a value that is wrong. Everything else is about the disk, the file or another process. */
const LASTING = ['SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_RANGE', 'SQLITE_TOOBIG', 'SQLITE_MISUSE'];

const NOT_BEGUN = 'what earlier keys have sealed is not sealed anew before the next start';

const port = parentPort!;
const { path, synchronous, keys: keysAtStart } = workerData as WriterOptions;

interface Connection {
  readonly files: FilesInUse;
  readonly database: Database.Database;
  readonly writer: BatchWriter;
  readonly checkpoints: Checkpoints;
}

let connection: Connection | undefined;
let diskShort = false;
let keys = keysAtStart;
let keyChange: KeyChange | undefined;
const seal = sealBy(keysAtStart);

function connect(): Connection {
  if (connection !== undefined) return connection;
  const database = openWriter(path, synchronous);
  try {
    const writer = new BatchWriter(database, seal);
    const files = new FilesInUse(database, path);
    const checkpoints = new Checkpoints(database, files, writer.fresh, (message, error) => {
      say({ kind: 'warning', message, reason: describe(error) });
    });
    checkpoints.setDiskShort(diskShort);
    connection = { files, database, writer, checkpoints };
    return connection;
  } catch (error) {
    database.close();
    throw error;
  }
}

port.on('message', (message: ToWriter) => {
  switch (message.kind) {
    case 'open':
      open();
      break;
    case 'commit':
      commit(message, FIRST_PAUSE);
      break;
    case 'disk-short':
      diskShort = message.short;
      connection?.checkpoints.setDiskShort(diskShort);
      break;
    case 'change-key':
      unawaited(rethrow, changeKey(message.master));
      break;
    case 'seal-by':
      if (seal instanceof Keyring) seal.add(message.keys);
      unawaited(rethrow, sealAnew());
      break;
    case 'close':
      close();
      break;
  }
});

function open(): void {
  try {
    connect();
    // A process before this one did not come to the end of it.
    if (keys !== undefined && keys.size > 1) unawaited(rethrow, sealAnew());
  } catch {
    // The first commit tries again, and has somebody to tell.
  }
  collectGarbageWhenIdle();
}

async function changeKey(master: Uint8Array): Promise<void> {
  try {
    const change = await loadKeyChange();
    keys = change.change(keys!, master);
    say({ kind: 'key-changed', keys });
  } catch (error) {
    say({ kind: 'key-not-changed', reason: describe(error as Error) });
  }
}

async function sealAnew(): Promise<void> {
  try {
    (await loadKeyChange()).start();
  } catch (error) {
    say({ kind: 'warning', message: NOT_BEGUN, reason: describe(error as Error) });
  }
}

/** Hardly any process needs it. Throws StoreError if the store is not sealed. */
async function loadKeyChange(): Promise<KeyChange> {
  if (!(seal instanceof Keyring)) throw new StoreError('the store is not sealed');
  const module = await import('./key-change.ts');
  const { database, files, checkpoints } = connect();
  return (keyChange ??= new module.KeyChange({ database, files, checkpoints, synchronous, say, seal }));
}

/** `written`: SQLite has it; it counts as committed when the files that have it are found to be in their places. */
function commit(batch: WrittenBatch, pause: number, written = false): void {
  try {
    const { files, writer } = connect();
    files.check();
    if (!written) {
      writer.write(batch);
      written = true;
      files.check();
    }
  } catch (error) {
    if (!mayWorkLater(error)) throw error;
    // At once: what a log without a name has is in no other place.
    connection?.checkpoints.makeRoom();
    say({ kind: 'trouble', reason: describe(error) });
    systemClock.after(pause, () => commit(batch, Math.min(pause * 2, LAST_PAUSE), written));
    return;
  }
  give({ numbers: batch.numbers, chunks: batch.chunks });
  // After the report, so that only the batch after the next waits for a checkpoint.
  connection?.checkpoints.committed(BYTES_A_BATCH + batch.length * BYTES_A_NUMBER + batch.bytes);
}

/** Reports the batch committed and gives its memory back. */
function give(memory: BatchMemory): void {
  port.postMessage({ kind: 'committed', ...memory } satisfies FromWriter, [memory.numbers, ...memory.chunks]);
}

function say(message: FromWriter): void {
  port.postMessage(message);
}

function close(): void {
  connection?.checkpoints.stop();
  keyChange?.stop();
  // The last connection to close puts the log into the file and removes it.
  connection?.database.close();
  connection?.files.close();
  // Deno's port has no end of its own.
  if ('close' in port) port.close();
  else process.exit();
}

/** A defect in a batch stays one however often it is written: the thread ends with it, and the store with the thread. */
function mayWorkLater(error: unknown): error is Error & { readonly code?: string } {
  if (error instanceof StoreError || isSystemError(error)) return true;
  return error instanceof Database.SqliteError && !LASTING.some((code) => error.code.startsWith(code));
}

function describe(error: Error & { readonly code?: string }): string {
  return error.code === undefined ? error.message : `${error.message} (${error.code})`;
}
