/**
 * A store that is sealed with another key, or no more, or for the first time, while no broker runs on it. Each row is opened and closed again,
 * all of them in one transaction; then the file is written anew, so that nothing of before is left in its unused room.
 */
import type { Database } from 'better-sqlite3';
import type { Place, Seal } from '../sealing/seal.ts';
import type { PageHeader, ParameterRecord, SeenHeader, UserRecord } from '../stored-records.ts';
import { StoreError } from '../store.ts';
import { bodyChecksum, bodyPartChecksum, pageChecksum, seenChecksum } from '../engine/checksum.ts';
import { changeStore } from './copies.ts';
import { sealBy } from '../sealing/data-keys.ts';
import { addDataKey, readDataKeys } from './sealing-table.ts';
import { bodyPartPlace, bodyPlace, pagePlace, parameterPlace, passwordPlace, seenPlace } from '../engine/places.ts';

/**
 * `from`: the master key that the store is sealed with, undefined for none; `to` likewise. Throws StoreError if a broker runs on the folder, if
 * `from` is not the key, or if a row cannot be opened; the store is as it was then.
 */
export function resealStore(folder: string, from: Uint8Array | undefined, to: Uint8Array | undefined): void {
  changeStore(folder, 'Stop it first: a file in use cannot be sealed.', (database) => {
    const opening = sealBy(readDataKeys(database, from));
    database.exec('DELETE FROM sealing');
    if (to !== undefined) addDataKey(database, to);
    new Resealing(database, opening, sealBy(readDataKeys(database, to))).run();
  });
}

class Resealing {
  readonly #database: Database;
  readonly #from: Seal;
  readonly #to: Seal;

  constructor(database: Database, from: Seal, to: Seal) {
    this.#database = database;
    this.#from = from;
    this.#to = to;
  }

  run(): void {
    this.#pages();
    this.#bodies();
    this.#seen();
    this.#texts();
  }

  #pages(): void {
    const columns = 'id, queue_id AS queueId, base, first_seq AS first, last_seq AS last, count, bodies, data';
    const put = this.#database.prepare('UPDATE page SET checksum = ?, data = ? WHERE id = ?');
    this.#each<Omit<PageHeader, 'bodies'> & { bodies: Buffer | null; data: Buffer }>('page', columns, (row) => {
      const data = this.#again(pagePlace(row), row.data);
      put.run(pageChecksum(row, row.bodies, data), data, row.id);
    });
  }

  #bodies(): void {
    const put = this.#database.prepare('UPDATE body SET checksum = ?, data = ? WHERE id = ?');
    this.#each<{ id: number; bytes: number; data: Buffer }>(
      'body',
      'id, bytes, data',
      ({ id, bytes, data: before }) => {
        const data = this.#again(bodyPlace(id, bytes), before);
        put.run(bodyChecksum(id, bytes, data), data, id);
      },
    );
    const putPart = this.#database.prepare(
      'UPDATE body_part SET checksum = ?, data = ? WHERE body_id = ? AND start = ?',
    );
    const columns = 'body_id AS id, start, data';
    this.#each<{ id: number; start: number; data: Buffer }>('body_part', columns, ({ id, start, data: before }) => {
      const data = this.#again(bodyPartPlace(id, start), before);
      putPart.run(bodyPartChecksum(id, start, data), data, id, start);
    });
  }

  #seen(): void {
    const put = this.#database.prepare('UPDATE seen SET checksum = ?, keys = ? WHERE id = ?');
    const columns = 'id, queue_id AS queueId, newest, count, keys';
    this.#each<SeenHeader & { id: number; keys: Buffer }>('seen', columns, (row) => {
      const keys = this.#again(seenPlace(row), row.keys);
      put.run(seenChecksum(row, keys), keys, row.id);
    });
  }

  #texts(): void {
    const putUser = this.#database.prepare('UPDATE user SET password_hash = ? WHERE name = ?');
    this.#each<Pick<UserRecord, 'name' | 'passwordHash'>>('user', 'name, password_hash AS passwordHash', (row) => {
      putUser.run(this.#textAgain(passwordPlace(row), row.passwordHash), row.name);
    });
    const put = this.#database.prepare('UPDATE parameter SET value = ? WHERE component = ? AND vhost = ? AND name = ?');
    this.#each<ParameterRecord>('parameter', 'component, vhost, name, value', (row) => {
      put.run(this.#textAgain(parameterPlace(row), row.value), row.component, row.vhost, row.name);
    });
  }

  /** By their places in the table, so that no two rows are in memory at a time while each is written. */
  #each<Row>(table: string, columns: string, change: (row: Row) => void): void {
    const key = { body_part: 'body_id, start', user: 'name', parameter: 'component, vhost, name' }[table] ?? 'id';
    const keys = this.#database.prepare(`SELECT ${key} FROM ${table}`).raw().all() as unknown[][];
    const where = key.split(', ').map((name) => `${name} = ?`);
    const get = this.#database.prepare(`SELECT ${columns} FROM ${table} WHERE ${where.join(' AND ')}`);
    for (const values of keys) change(get.get(...values) as Row);
  }

  #again(place: Place, stored: Buffer): Uint8Array {
    const data = this.#from.open(place, stored);
    if (data === undefined) throw this.#unopened(place);
    return this.#to.close(place, data);
  }

  #textAgain(place: Place, stored: string): string {
    const text = this.#from.openText(place, stored);
    if (text === undefined) throw this.#unopened(place);
    return this.#to.closeText(place, text);
  }

  #unopened(place: Place): StoreError {
    const what = place.slice(0, 2).join(' ');
    return new StoreError(
      `${this.#database.name}: ${what} cannot be opened. "leveret store check" tells what is damaged.`,
    );
  }
}
