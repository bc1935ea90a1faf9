/** A durable broker that a test ends and starts again, with a look at the file it leaves. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export interface DurableBroker extends DataFile {
  readonly url: string;
  /** Makes a virtual host in which the user `guest` may do anything. */
  addVhost(name: string): Promise<void>;
  /** Ends it as its kind of broker ends, and starts it. */
  restart(): Promise<void>;
}

export interface DataFile {
  readonly folder: string;
  /** The first column of what a query finds in the database, whether the broker runs or not. */
  readonly query: (sql: string) => unknown[];
  /** Bytes of the database file, without its log. */
  fileBytes(): number;
}

export function dataFileIn(folder: string): DataFile {
  const file = join(folder, 'leveret.db');
  return {
    folder,
    query: (sql) => {
      const database = new Database(file, { readonly: true });
      try {
        return database.prepare(sql).pluck().all();
      } finally {
        database.close();
      }
    },
    fileBytes: () => statSync(file).size,
  };
}
