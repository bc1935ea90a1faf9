/** A daemon that a test kills or stops and starts again. */
import { onTestFinished } from 'vitest';
import { dataFolder, freePort, startDaemon } from '../interop/daemon.ts';
import { askDaemon } from './control.ts';
import { dataFileIn, type DurableBroker } from './durable-broker.ts';

export interface KillableBroker extends DurableBroker {
  /** Ends the daemon; resolves to its exit code, null after SIGKILL. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  start(): Promise<void>;
  /** Kill and start. */
  restart(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Starts one; it and its folder are gone after the running test. `env`: what it has in its environment beside that of the tests. */
export async function killableBroker(env: NodeJS.ProcessEnv = {}): Promise<KillableBroker> {
  const folder = await dataFolder();
  onTestFinished(() => folder.remove());
  const options = { port: await freePort(), dataDir: folder.path, env };
  let daemon = await startDaemon(options);
  onTestFinished(async () => {
    await daemon.kill('SIGKILL');
  });
  return {
    ...dataFileIn(folder.path),
    url: daemon.url,
    kill: (signal = 'SIGKILL') => daemon.kill(signal),
    async start() {
      daemon = await startDaemon(options);
    },
    async restart(signal = 'SIGKILL') {
      await daemon.kill(signal);
      daemon = await startDaemon(options);
    },
    async addVhost(name) {
      await askDaemon(folder.path, 'PUT', `/api/vhosts/${name}`);
      const all = JSON.stringify({ configure: '.*', write: '.*', read: '.*' });
      await askDaemon(folder.path, 'PUT', `/api/permissions/${name}/guest`, all);
    },
  };
}
