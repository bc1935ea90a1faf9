/** The log: one JSON line an event, by pino, which is loaded only where something is logged. */

import { standardOutputPipe } from './log-pipe.ts';

/** What the broker needs of a logger. pino's fits, and so does anything with these four methods. */
export interface Logger {
  /** `fields` are data for machines, `message` is for people. */
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = () => {};

/** Logs nothing and costs nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * A logger that writes lines such as `{"level":"info","time":"2026-01-31T12:00:00.000Z","msg":"..."}`.
 * A line is written when the call returns, so that none is lost or out of order when the process ends. Only a pipe that nobody reads
 * gets it later, or not at all: the broker does not wait for that.
 * @param level pino's level names, or `silent`
 * @param destination where the lines go; standard output if not given
 */
export async function createLogger(level: string, destination?: { write(line: string): void }): Promise<Logger> {
  if (level === 'silent') return silentLogger;
  const { pino } = await import('pino');
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const output = destination ?? standardOutputPipe() ?? pino.destination({ fd: 1, sync: true });
  const logger: Logger = pino(options, output);
  return logger;
}
