/** What the SQLite store and its writer say to each other, from thread to thread or within one. */
import type { Fault } from '../../util/guard.ts';
import type { BatchMemory } from '../engine/batch-buffer.ts';
import type { WrittenBatch } from '../engine/batch-rows.ts';
import type { DataKeys } from '../sealing/data-keys.ts';
import type { ResealingProgress } from '../store.ts';
import type { Synchronous } from './database-file.ts';

/** Given to the writer at its start. */
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
  /** The store is to be sealed under this master key from now on. */
  | { readonly kind: 'change-key'; readonly master: Uint8Array }
  /** The store opens what is sealed by the new key: now it may be sealed by. */
  | { readonly kind: 'seal-by'; readonly keys: DataKeys }
  /** Comes when no batch is under way. The writer puts the log into the file and ends. */
  | { readonly kind: 'close' };

export type FromWriter =
  /** It has begun, and a thread of its own has loaded all that it needs to. */
  | { readonly kind: 'loaded' }
  /** The batch is on disk; its memory comes back. */
  | ({ readonly kind: 'committed' } & BatchMemory)
  /** The batch could not be committed; it is tried again until it is. */
  | { readonly kind: 'trouble'; readonly reason: string }
  /** The master key counts; nothing is sealed by the newest of these keys yet. */
  | { readonly kind: 'key-changed'; readonly keys: DataKeys }
  | { readonly kind: 'key-not-changed'; readonly reason: string }
  | ({ readonly kind: 'resealed' } & ResealingProgress)
  | { readonly kind: 'warning'; readonly message: string; readonly reason: string };

/** Says something to the store. What is transferred is the store's from then on. */
export type Say = (message: FromWriter, transfer?: readonly ArrayBuffer[]) => void;

/** The writer as the store has it. */
export interface StoreWriter {
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>;
  /** What is transferred is the writer's from then on. */
  tell(message: ToWriter, transfer?: readonly ArrayBuffer[]): void;
  /** Ends it as it is. */
  end(): Promise<void>;
}

export interface WriterListener {
  heard(message: FromWriter): void;
  /** The writer has ended by itself. */
  lost(error: Error): void;
  /** Told what goes wrong with hearing. */
  readonly fault: Fault;
}
