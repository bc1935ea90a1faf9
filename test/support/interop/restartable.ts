/** A durable daemon that a test stops or kills and starts again on the same port and data folder. */
import { onTestFinished } from 'vitest';
import { dataFolder, freePort, startDaemon } from './daemon.ts';
import { databaseOfTest } from './target.ts';

export interface RestartableBroker {
  readonly url: string;
  /** Ends the daemon; resolves to its exit code, null after SIGKILL. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** Ends the daemon and starts it again; resolves, with the exit code of the one that ended, when it listens. */
  restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** Starts one; it and its folder are gone after the running test. */
export async function restartableBroker(): Promise<RestartableBroker> {
  const folder = await dataFolder();
  onTestFinished(() => folder.remove());
  const store = databaseOfTest();
  const args = store === undefined ? [] : ['--store', store];
  const options = { port: await freePort(), dataDir: folder.path, args };
  let daemon = await startDaemon(options);
  onTestFinished(async () => {
    await daemon.kill('SIGKILL');
  });
  return {
    url: daemon.url,
    kill: (signal) => daemon.kill(signal),
    restart: async (signal) => {
      const code = await daemon.kill(signal);
      daemon = await startDaemon(options);
      return code;
    },
  };
}
