/** Folders in which something was spoiled, and brokers on them that tell what they find. */
import { join } from 'node:path';
import type { ConfirmChannel } from 'amqplib';
import { Broker, type BrokerOptions } from '../../../src/index.ts';
import { changeFile } from '../database-file.ts';
import { KeptLog } from '../kept-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { confirmChannel } from './clients.ts';
import { storeHere } from '../store-here.ts';

/** A broker on a folder with the errors that it logs, stopped before the block ends that it is in. */
export async function start(dataDir: string, options: BrokerOptions = {}) {
  const log = new KeptLog();
  const broker = await Broker.start({ port: 0, dataDir, logger: log, ...options }, storeHere);
  return {
    broker,
    url: broker.url,
    errors: log.errors,
    warnings: log.warnings,
    [Symbol.asyncDispose]: () => broker.stop(),
  };
}

/** Fills a folder by a broker of its own, and spoils some of it. */
export async function spoiled(fill: (channel: ConfirmChannel) => Promise<unknown>, sql: string): Promise<string> {
  const dataDir = temporaryFolder();
  const broker = await Broker.start({ port: 0, dataDir, logLevel: 'silent' }, storeHere);
  await fill(await confirmChannel(broker.url));
  await broker.stop();
  spoil(dataDir, sql);
  return dataDir;
}

export function spoil(dataDir: string, sql: string): void {
  changeFile(join(dataDir, 'leveret.db'), sql);
}
