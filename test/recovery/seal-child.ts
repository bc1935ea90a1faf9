/**
 * A process that seals a store, and is killed before a step of it: node seal-child.ts <folder> <key in hexadecimal> <step>. A step is named by what
 * is asked of SQLite or of the system then.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import Database from 'better-sqlite3';
import { resealStore } from '../../src/store/sqlite/reseal.ts';

const [folder = '', key = '', step = ''] = process.argv.slice(2);

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** `nameOf`: of the step, by the first argument. */
function killBefore(owner: object, name: string, nameOf: (argument: unknown) => unknown): void {
  const method = Reflect.get(owner, name) as Method;
  const killing: Method = function (...args) {
    if (nameOf(args[0]) === step) process.kill(process.pid, 'SIGKILL');
    return method.apply(this, args);
  };
  Reflect.set(owner, name, killing);
}

for (const name of ['exec', 'pragma', 'prepare']) killBefore(Database.prototype, name, (sql) => sql);
killBefore(fs, 'fsyncSync', () => 'fsync');
killBefore(fs, 'renameSync', () => 'rename');
syncBuiltinESMExports();
resealStore(folder, undefined, Buffer.from(key, 'hex'));
process.stdout.write('sealed\n');
