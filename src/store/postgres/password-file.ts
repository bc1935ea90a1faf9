/** libpq's password file: lines of `host:port:database:user:password`, `*` for any, `\` before a colon that is part of a name. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../store.ts';
import type { DatabaseAddress, Host } from './address.ts';

const OTHERS = 0o077;

/**
 * The password for a host; undefined if there is none. Throws StoreError if the file may be read by others, as libpq does not use it then, and if
 * it was named and cannot be read.
 */
export function passwordIn(address: DatabaseAddress, { host, port }: Host): string | undefined {
  const path = address.passwordFile ?? join(homedir(), '.pgpass');
  let text: string;
  try {
    if ((statSync(path).mode & OTHERS) !== 0) {
      throw new StoreError(`The password file ${path} can be read by others: chmod 600 it.`);
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (address.passwordFile === undefined) return undefined;
    throw new StoreError(`The password file ${path} cannot be read: ${(error as Error).message}.`);
  }
  // A socket's folder stands for this machine, as libpq has it.
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), address.database, address.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = fieldsOf(line);
    if (fields.length === 5 && wanted.every((value, n) => fields[n] === '*' || fields[n] === value)) return fields[4];
  }
  return undefined;
}

/** Five, the last of which may have colons. */
function fieldsOf(line: string): string[] {
  const fields = [''];
  for (let n = 0; n < line.length; n++) {
    if (line[n] === ':' && fields.length < 5) fields.push('');
    else fields[fields.length - 1] += line[n] === '\\' && n + 1 < line.length ? line[++n] : line[n];
  }
  return fields;
}
