/**
 * Another key for a store in use: first it counts, then what earlier keys have sealed is sealed anew, a little between two commits, until those
 * keys can be forgotten. If the process ends in between, the next one goes on. Runs with the writer.
 */
import type { Database } from 'better-sqlite3';
import type { Clock } from '../../util/clock.ts';
import type { DataKeys } from '../sealing/data-keys.ts';
import type { Keyring, Place } from '../sealing/seal.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Synchronous } from './database-file.ts';
import type { FilesInUse } from './files-in-use.ts';
import type { Say } from './messages.ts';
import { countSealed, reseal, type Resealed } from './resealing.ts';
import { changeMasterKey, forgetOldKeys, readDataKeys } from './sealing-table.ts';

/** What a slice may take, in milliseconds and bytes: a commit waits for one at most. */
const SLICE_MS = 5;
const SLICE_BYTES = 512 * 1024;
/** After a slice a rest of so many times as long: commits come first. */
const REST = 2;
/** How often it is told how far it is, and after how long it begins anew if it failed, in milliseconds. */
const TELL_MS = 500;
const PAUSE_MS = 1000;

const NOT_RESEALED = 'what earlier keys have sealed could not be sealed anew: it is tried again';
const NOT_OPENED = 'is damaged: it stays as it is, and so does the key that it is sealed by';

export interface KeyChangeParts {
  readonly database: Database;
  readonly files: FilesInUse;
  readonly checkpoints: Checkpoints;
  readonly seal: Keyring;
  readonly synchronous: Synchronous;
  readonly say: Say;
  /** Guarded. */
  readonly clock: Clock;
}

export class KeyChange {
  readonly #parts: KeyChangeParts;
  readonly #damaged = new Set<string>();
  #rows: Generator<Resealed> | undefined;
  #total = 0;
  #done = 0;
  #toldAt = 0;
  #isUnderWay = false;
  #stopped = false;

  constructor(parts: KeyChangeParts) {
    this.#parts = parts;
  }

  /** Has the master key count. `keys`: those that there are; returns them with the new one. Throws what SQLite throws, and nothing is changed then. */
  change(keys: DataKeys, master: Uint8Array): DataKeys {
    const { database, files } = this.#parts;
    files.check();
    database.transaction(() => changeMasterKey(database, keys, master)).immediate();
    files.check();
    return readDataKeys(database, master)!;
  }

  /** Seals anew whatever is not sealed by the newest key; begins again if it was under way. */
  start(): void {
    this.#rows = undefined;
    if (!this.#isUnderWay) this.#after(0);
    this.#isUnderWay = true;
  }

  stop(): void {
    this.#stopped = true;
  }

  #after(ms: number): void {
    this.#parts.clock.after(ms, () => {
      if (!this.#stopped) this.#go();
    });
  }

  #go(): void {
    const begun = this.#parts.clock.elapsed();
    try {
      this.#rows ??= this.#begin();
      if (!this.#slice(begun, this.#rows)) {
        this.#finish();
        return;
      }
    } catch (error) {
      this.#parts.say({ kind: 'warning', message: NOT_RESEALED, reason: (error as Error).message });
      // What was rolled back is looked at again.
      this.#rows = undefined;
      this.#after(PAUSE_MS);
      return;
    }
    const now = this.#parts.clock.elapsed();
    if (now - this.#toldAt >= TELL_MS) this.#tell();
    this.#after((now - begun) * REST);
  }

  #begin(): Generator<Resealed> {
    const { database, seal } = this.#parts;
    // What was there is not to be read in unused room either: the key that it was sealed by, least of all.
    database.pragma('secure_delete = ON');
    this.#damaged.clear();
    this.#done = 0;
    this.#total = countSealed(database);
    this.#tell();
    return reseal(database, seal, seal, (stored) => seal.isCurrent(stored));
  }

  /** False if nothing is left. */
  #slice(begun: number, rows: Generator<Resealed>): boolean {
    const { database, files, checkpoints, synchronous } = this.#parts;
    let bytes = 0;
    const work = (): boolean => {
      while (bytes < SLICE_BYTES && this.#parts.clock.elapsed() - begun < SLICE_MS) {
        const next = rows.next();
        if (next.done === true) return false;
        const { value } = next;
        this.#done++;
        if (value.bytes === undefined) this.#note(value.place);
        else bytes += value.bytes;
      }
      return true;
    };
    files.check();
    // It need not survive a loss of power: what was there before does, and can be opened.
    database.pragma('synchronous = NORMAL');
    try {
      return database.transaction(work).immediate();
    } finally {
      database.pragma(`synchronous = ${synchronous}`);
      checkpoints.committed(bytes);
    }
  }

  #finish(): void {
    const { database, checkpoints } = this.#parts;
    if (this.#damaged.size === 0) database.transaction(() => forgetOldKeys(database)).immediate();
    // The log has what was there before, too.
    checkpoints.makeRoom();
    database.pragma('secure_delete = OFF');
    this.#isUnderWay = false;
    this.#tell();
  }

  #note(place: Place): void {
    const name = place.slice(0, 2).join(' ');
    this.#damaged.add(name);
    this.#parts.say({ kind: 'warning', message: `${name} ${NOT_OPENED}`, reason: 'it cannot be opened' });
  }

  #tell(): void {
    this.#toldAt = this.#parts.clock.elapsed();
    // Rows may have come and gone since they were counted.
    const left = !this.#isUnderWay ? 0 : Math.max(this.#total - this.#done, 1);
    this.#parts.say({ kind: 'resealed', done: this.#done, left, damaged: this.#damaged.size });
  }
}
