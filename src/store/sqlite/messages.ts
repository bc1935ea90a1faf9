/** What the two threads of the SQLite store say to each other. */
import type { BatchMemory } from '../engine/batch-buffer.ts';
import type { WrittenBatch } from '../engine/batch-rows.ts';
import type { DataKeys } from '../sealing/data-keys.ts';
import type { Synchronous } from './database-file.ts';

/** Given to the writer thread at its start. */
export interface WriterOptions {
  readonly path: string;
  readonly synchronous: Synchronous;
  /** Undefined if the store is not sealed. */
  readonly keys: DataKeys | undefined;
}

export type ToWriter =
  /** The file was read and found whole: it may be written to. The first commit says the same. */
  | { readonly kind: 'open' }
  | ({ readonly kind: 'commit' } & WrittenBatch)
  /** The disk of the folder is short of room, or no longer is. */
  | { readonly kind: 'disk-short'; readonly short: boolean }
  /** Comes when no batch is under way. The thread puts the log into the file and ends. */
  | { readonly kind: 'close' };

export type FromWriter =
  /** The batch is on disk; its memory comes back. */
  | ({ readonly kind: 'committed' } & BatchMemory)
  /** The batch could not be committed; it is tried again until it is. */
  | { readonly kind: 'trouble'; readonly reason: string }
  | { readonly kind: 'warning'; readonly message: string; readonly reason: string };
