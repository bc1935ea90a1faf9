/**
 * Removes what runs that were killed left in the folder for temporary files, which is memory on most machines: what tests made there more than a day
 * ago, unless a process still uses it.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DAY_MS = 86_400_000;
/** What tests name them, with what mkdtemp puts behind that. */
const OURS = /^(postgres-of-)?leveret(-[a-z]+)*-\w{6}$/;

/** Vitest runs it once, before all workers. */
export function setup(): void {
  removeLeftBehind(tmpdir());
}

export function removeLeftBehind(parent: string): void {
  // Where processes do not show what they use, nothing is removed.
  if (!existsSync('/proc/self/fd')) return;
  const old = readdirSync(parent).filter((name) => OURS.test(name) && isOld(join(parent, name)));
  if (old.length === 0) return;
  const used = usedPaths();
  for (const folder of old.map((name) => join(parent, name))) {
    if (!used.some((text) => text.includes(folder))) rmSync(folder, { recursive: true, force: true });
  }
}

function isOld(path: string): boolean {
  return (attempted(() => statSync(path).mtimeMs) ?? Infinity) < Date.now() - DAY_MS;
}

/** The words of each process, where it is, and what it has open, as far as that is ours to see. */
function usedPaths(): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.flatMap((pid) => {
    const place = `/proc/${pid}`;
    const open = attempted(() => readdirSync(`${place}/fd`)) ?? [];
    const links = ['cwd', ...open.map((fd) => `fd/${fd}`)].map((link) =>
      attempted(() => readlinkSync(`${place}/${link}`)),
    );
    return [attempted(() => readFileSync(`${place}/cmdline`, 'utf8')), ...links].filter((text) => text !== undefined);
  });
}

/** Undefined if it is gone meanwhile, or another user's. */
function attempted<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
