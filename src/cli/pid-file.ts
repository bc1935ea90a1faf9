/** The file with the number of the broker's process, for those who wait for it or send it signals (rabbitmqctl wait). */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '../util/logger.ts';

/** Writes it, with the folders that it is in. What cannot be written is a warning: a broker is worth more than the file. */
export function writePidFile(path: string, log: Logger): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${process.pid}\n`);
  } catch (error) {
    log.warn({ path }, `the pid file cannot be written: ${(error as Error).message}`);
  }
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}
