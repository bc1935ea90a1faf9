/**
 * The persistence contract: what the broker asks of whatever keeps its durable state.
 * Nothing here says which engine keeps it: sqlite/ is one.
 *
 * A store is asynchronous and commits in groups. While as many batches as the engine takes at a time commit, the next collects: logs that
 * have something to write say so with `schedule`, and are asked for it (`LogSource.collect`) when the next batch is made, so that what was
 * settled in between is never written. Batches commit in order, each whole or not at all.
 */
import type { Histogram } from '../util/histogram.ts';
import type { Batch } from './batch.ts';
import type { RecoveredLog, RecoveredState, TopologyChange } from './stored-records.ts';

/** How far a store is with sealing anew what earlier keys have sealed. */
export interface ResealingProgress {
  /** Rows that were looked at. */
  readonly done: number;
  /** Those that are still to be: 0 when all of it is done. */
  readonly left: number;
  /** Those of them that cannot be opened: they stay as they are, and so does the key that they are sealed by. */
  readonly damaged: number;
}

/** Told once what was read, or the reason if it cannot be had. */
export type Answer<Value> = (answer: Value | StoreError) => void;

export interface Store {
  /** False if nothing outlives the process; the broker then confirms without waiting. */
  readonly durable: boolean;

  /** True if reads are answered in the same call, so that nothing is gained by asking for what will be wanted soon. */
  readonly answersAtOnce: boolean;

  /** Size in bytes from which on a batch is to take no further messages. */
  readonly batchBytes: number;

  /**
   * What the store holds, without the logs. Called once, before any other method.
   * Transient and exclusive entities are never stored, so they are never recovered.
   */
  recover(): RecoveredState;

  /**
   * What there is of these logs, of each that is asked for, without the messages themselves: answered as a read is. Each log is loaded once, before
   * anything is written to it. The store keeps nothing for a log that is loaded, so that there is nothing to unload.
   */
  load(logIds: readonly number[], answer: Answer<ReadonlyMap<number, RecoveredLog>>): void;

  /** A durable entity came, changed or went. It is part of the next batch, in the order of the calls. */
  change(change: TopologyChange): void;

  /**
   * `source` has something for the next batch; repeated calls before that batch cost nothing.
   * `urgent`: a client waits for it, so the batch starts at the end of this turn of the event loop (or when one of those under way ends).
   * Otherwise it may wait for company, at most `lazyMs`.
   */
  schedule(source: LogSource, urgent: boolean): void;

  /** Drops `source` from the next batch: its queue is gone. */
  unschedule(source: LogSource): void;

  /**
   * Calls back when everything said to the store until now is committed: at once, in the same call, if that is so already. Messages
   * that a log keeps for a later batch, because this one is full, are not waited for: whoever needs them asks the log.
   */
  afterCommit(callback: () => void): void;

  // Reads. Each is answered once, in the same call or in a later turn, with what was asked for or a StoreError. Answers that come later
  // come in any order; what was asked for may have been removed from the store meanwhile, and is an error then.

  /** The data of the given committed pages, in their order: buffers that are the caller's. It is for pages that left memory. */
  readPages(pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void;

  /** A committed body. */
  readBody(bodyId: number, answer: Answer<Buffer>): void;

  /** The keys that a queue has seen, committed and not forgotten, as they were added: oldest first. */
  readSeen(queueId: number, answer: Answer<Buffer[]>): void;

  /** Told when commits begin to fail (with a reason for the operator) and when they work again (undefined). */
  onTrouble(listener: (reason: string | undefined) => void): void;

  /**
   * Told once if another node has the store by now, in this call if that is so already, with a reason for the operator. Nothing of this one is
   * committed any more, and what was not reported committed may not be: nobody hears of it, those who wait in `afterCommit` included. The
   * broker closes its connections and ends.
   */
  onFenced(listener: (reason: string) => void): void;

  /** The disk is short of room, or no longer is: while it is, room that nothing uses goes back to the system at once. */
  setDiskShort(short: boolean): void;

  /** Told what goes wrong with a source or a callback: the others of its batch, and the next batches, do not suffer from it. */
  onFault(listener: (error: unknown) => void): void;

  /** How long commits took, in seconds. */
  readonly commitDurations: Histogram;

  /** Undefined if the key was not changed since the start; there is none in an engine that does not seal. */
  readonly resealing?: ResealingProgress | undefined;

  /** Numbers for queues (and the logs of exchanges), pages and bodies, never used before in this store's life. */
  nextQueueId(): number;
  nextPageId(): number;
  nextBodyId(): number;

  /**
   * Commits everything said so far, answers what it was asked to read, and then releases the files. The store is unusable afterwards: every
   * read is a StoreError. Rejects with a StoreError if what was said could not be committed, as the store is in trouble, or another node's.
   */
  close(): Promise<void>;
}

/** Something that writes to the store: a queue's log. Several of its batches may be under way at a time. */
export interface LogSource<Mark = unknown> {
  /**
   * Writes what changed since the last call into `batch`, and returns what `committed` is to be told of that batch. Called once a batch, only
   * after `schedule`. If it throws, what it wrote before is part of the batch all the same.
   */
  collect(batch: Batch): Mark;
  /** A batch is on disk, and so are those before it. `mark`: what `collect` returned for it. Not called for one that it threw in. */
  committed(mark: Mark): void;
}

/** A store that cannot be opened or read: damaged, locked by another broker, from a newer version. The message says what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
