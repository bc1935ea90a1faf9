/** A durable daemon that a test kills or stops and starts again, with a look at the file it leaves. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { dataFolder, freePort, startDaemon } from '../interop/daemon.ts';

export interface KillableBroker {
  readonly url: string;
  readonly folder: string;
  /** Ends the daemon; resolves to its exit code, null after SIGKILL. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  start(): Promise<void>;
  /** Kill and start. */
  restart(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** The first column of what a query finds in the database, whether the daemon runs or not. */
  readonly query: (sql: string) => unknown[];
  /** Bytes of the database file, without its log. */
  fileBytes(): number;
}

/** Starts one; it and its folder are gone after the running test. `env`: what it has in its environment beside that of the tests. */
export async function killableBroker(env: NodeJS.ProcessEnv = {}): Promise<KillableBroker> {
  const folder = await dataFolder();
  onTestFinished(() => folder.remove());
  const options = { port: await freePort(), dataDir: folder.path, env };
  const file = join(folder.path, 'leveret.db');
  let daemon = await startDaemon(options);
  onTestFinished(async () => {
    await daemon.kill('SIGKILL');
  });
  return {
    url: daemon.url,
    folder: folder.path,
    kill: (signal = 'SIGKILL') => daemon.kill(signal),
    async start() {
      daemon = await startDaemon(options);
    },
    async restart(signal = 'SIGKILL') {
      await daemon.kill(signal);
      daemon = await startDaemon(options);
    },
    query: (sql) => {
      const database = new Database(file, { readonly: true });
      try {
        return database.prepare(sql).pluck().all();
      } finally {
        database.close();
      }
    },
    fileBytes: () => statSync(file).size,
  };
}
