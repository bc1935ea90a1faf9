/**
 * The memory that this process may have: the machine's, or less if it runs in control groups of Linux. A group's limit holds for all
 * groups in it together, so each one up to the root counts; Node knows that of the innermost only, where a pod or a systemd slice sets none.
 */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { posix } from 'node:path';

/** The text of a file; undefined if it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** Where version 2 of control groups is mounted. */
const ROOT = '/sys/fs/cgroup';
/** Above the first nobody gets memory, above the second only very slowly. */
const LIMITS = ['memory.max', 'memory.high'];

/** Bytes. */
export function availableMemory(): number {
  // A limit by version 1, if there is one; without, Node gives 0 or a number beyond the machine's.
  const known = process.constrainedMemory();
  return Math.min(totalmem(), known > 0 ? known : Infinity, cgroupLimit(readText));
}

/** The least limit of the process's control group (version 2) and those it is in, in bytes; Infinity if there is none. */
export function cgroupLimit(read: ReadText): number {
  const own = /^0::(\/.*)$/m.exec(read('/proc/self/cgroup') ?? '');
  if (own === null) return Infinity;
  let limit = Infinity;
  // In a container the path may be that on its host, of which only the root is to be seen: the container's own group.
  for (let group = posix.normalize(own[1]); ; group = posix.dirname(group)) {
    for (const file of LIMITS) limit = Math.min(limit, bytesIn(read(posix.join(ROOT, group, file))));
    if (group === '/') return limit;
  }
}

/** `text`: a number of bytes, or `max` for no limit. */
function bytesIn(text: string | undefined): number {
  const bytes = Number.parseInt(text ?? '', 10);
  return bytes > 0 ? bytes : Infinity;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
