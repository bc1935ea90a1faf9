/** A daemon that is a node of a database beside others, and may wait for its turn as long as the test takes. */
import { onTestFinished } from 'vitest';
import { dataFolder, spawnDaemon, type StartingDaemon } from '../interop/daemon.ts';

/** How long it may wait, in milliseconds. */
const WAIT_MS = 10_000_000;

/** What it says when another is active. */
export const WAITING = 'waiting to take over';

export interface NodeOptions {
  readonly port: number;
  /** Of the database. */
  readonly store: string;
  readonly name: string;
  /** Further arguments. */
  readonly args?: readonly string[];
}

/** It and its folder are gone after the running test. */
export async function spawnNode({ port, store, name, args = [] }: NodeOptions): Promise<StartingDaemon> {
  const folder = await dataFolder();
  const words = ['--store', store, '--node-name', name, ...args];
  const daemon = spawnDaemon({ port, dataDir: folder.path, args: words }, WAIT_MS);
  onTestFinished(async () => {
    await daemon.kill('SIGKILL');
    await folder.remove();
  });
  return daemon;
}
