/** A broker's file as somebody else changes it: damaged, or another program's. */
import Database from 'better-sqlite3';
import { expect } from 'vitest';

/** What changes rows must meet some: damage that hits nothing proves nothing. The file is created where it is missing. */
export function changeFile(file: string, ...sql: readonly string[]): void {
  // Some of it is what SQLite refuses to do otherwise, such as changes of the schema's own table.
  const database = new Database(file).unsafeMode();
  const changes = database.prepare('SELECT total_changes()').pluck();
  for (const statement of sql) {
    const before = changes.get() as number;
    database.exec(statement);
    if (/^(INSERT|UPDATE|DELETE) /.test(statement)) expect(changes.get(), statement).toBeGreaterThan(before);
  }
  database.close();
}
