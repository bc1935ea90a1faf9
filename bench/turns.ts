/** For how long the event loop stands still while something is done, and a node of its own to do it with. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { BrokerNode } from '../src/broker/topology/broker-node.ts';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';

export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-turns-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A node without listeners, whose store is in the folder. */
export async function withNode(folder: string, use: (node: BrokerNode) => Promise<void>): Promise<void> {
  const store = await SqliteStore.open({ folder });
  const node = new BrokerNode(store, Infinity);
  node.recover();
  await use(node);
  node.stop();
  await store.close();
}

/** Reports how long it took, and the longest turn of the event loop meanwhile: what this thread worked in it, whatever else the machine did. */
export async function turns(what: string, run: () => Promise<unknown>): Promise<void> {
  let longest = 0;
  let before = workedMs();
  const look = (): void => {
    const now = workedMs();
    longest = Math.max(longest, now - before);
    before = now;
    next();
  };
  // A turn begins with what comes from outside and ends with what that asked to be done soon. This is asked for last.
  const { port1: here, port2: there } = new MessageChannel();
  const next = (): void => there.postMessage(undefined);
  const begun = new Promise<Promise<unknown>>((resolve) => {
    here.once('message', () => {
      here.on('message', () => setImmediate(look));
      before = workedMs();
      resolve(run());
      setImmediate(look);
    });
  });
  next();
  const startedAt = performance.now();
  await begun;
  const took = performance.now() - startedAt;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  here.close();
  report(what, took, longest);
}

export function report(what: string, took: number, longest?: number): void {
  const turn = longest === undefined ? '' : `, the longest turn ${longest.toFixed(1)} ms`;
  console.log(`${what}: ${took.toFixed(0)} ms${turn}`);
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
