/** The files that this process has open, sockets among them, and how many it may: as Linux tells. */
import { readdirSync, readFileSync } from 'node:fs';

/** How many there may be if the system does not say. */
const LIMIT_BY_DEFAULT = 1024;

export interface OpenFiles {
  readonly open: number;
  readonly limit: number;
}

/** On other systems `open` is 0. */
export function openFiles(): OpenFiles {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    const open = readdirSync('/proc/self/fd').length;
    return { open, limit: limit === undefined ? LIMIT_BY_DEFAULT : Number(limit) };
  } catch {
    return { open: 0, limit: LIMIT_BY_DEFAULT };
  }
}
