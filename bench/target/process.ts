/** What the system knows of a broker's process and its children: memory and processor time, from /proc (Linux). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const KIB = 1024;
/** The kernel's unit of times in /proc, the same on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;
const LISTENING = '0A';

/** Resident memory in bytes. Throws where the process is gone. */
export function residentBytes(pid: number): number {
  return sumOver(pid, (id) => {
    const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'));
    return line === null ? 0 : Number(line[1]) * KIB;
  });
}

/** Processor time used since the start, in seconds, all threads together. Throws where the process is gone. */
export function cpuSeconds(pid: number): number {
  return sumOver(pid, (id) => {
    const fields = statFields(String(id));
    return fields === undefined ? 0 : (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  });
}

/** The process that listens on a port of this machine; undefined where there is none that this user may look at, or only Docker's proxy. */
export function listenerOf(port: number): number | undefined {
  const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  const listener = processes().find((pid) => {
    const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
    return descriptors.some((fd) => inodes.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? ''));
  });
  const name = attempt(() => readFileSync(`/proc/${listener}/comm`, 'utf8').trim());
  // It passes on what a container's broker works at.
  return name === 'docker-proxy' ? undefined : listener;
}

function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = attempt(() => readFileSync(`/proc/net/${table}`, 'utf8').split('\n')) ?? [];
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === LISTENING)
    .map((fields) => `socket:[${fields[9]}]`);
}

function sumOver(pid: number, value: (pid: number) => number): number {
  const children = new Map<number, number[]>();
  for (const id of processes()) {
    const parent = Number(statFields(String(id))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const sum = (id: number): number =>
    value(id) + (children.get(id) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(pid);
}

function processes(): number[] {
  const names = attempt(() => readdirSync('/proc')) ?? [];
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** The fields of a process's stat from the third on: state, parent and so on; the second, its name, may hold anything. */
function statFields(pid: string): string[] | undefined {
  return attempt(() => /\) ([^)]*)$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1].split(' '));
}

/** Processes come and go, and some are not ours to look at. */
function attempt<Value>(look: () => Value): Value | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
