/**
 * A durable broker in this process that crashes or stops and starts again: a tenth of the work that a daemon is. A crash leaves what was committed, as a kill
 * does; that a kill leaves no less, wherever it meets the process and its files, is what daemons are for (killable.ts).
 */
import { startBroker } from '../application.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { dataFileIn, type DurableBroker } from './durable-broker.ts';

const ALL = { configure: '.*', write: '.*', read: '.*' };

/** Starts one; it and its folder are gone after the running test. */
export async function crashableBroker(end: 'crash' | 'stop' = 'crash'): Promise<DurableBroker> {
  const folder = temporaryFolder();
  const broker = await startBroker({ dataDir: folder, logSize: 0, logLevel: 'silent' });
  return {
    ...dataFileIn(folder),
    url: broker.url,
    restart: () => (end === 'crash' ? broker.crash() : broker.restart()),
    async addVhost(name) {
      await broker.vhosts.create(name);
      await broker.users.setPermissions('guest', name, ALL);
    },
  };
}
