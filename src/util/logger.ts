/** The log: a line an event, as JSON or as text, by pino, which is loaded only if something is logged. */
import { isatty } from 'node:tty';
import { standardOutputPipe } from './log-pipe.ts';
import { renderText } from './log-text.ts';

/** `auto` is text in a terminal and JSON elsewhere. */
export const LOG_FORMATS = ['auto', 'text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What the broker needs of a logger. pino's fits, and so does anything with these four methods. */
export interface Logger {
  /** What is logged, by pino's names. Without it nobody can change that while the broker runs. */
  level?: string;
  /** `fields` are data for machines, `message` is for people. */
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = () => {};

/** Logs nothing and costs nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Takes a line with its end. */
export interface LogOutput {
  write(line: string): void;
}

/**
 * A logger that writes lines such as `{"level":"info","time":"2026-01-31T12:00:00.000Z","msg":"..."}`, or the same as text.
 * A line is written when the call returns, so that none is lost or out of order when the process ends. Only a pipe that nobody reads
 * gets it later, or not at all: the broker does not wait for that.
 * @param level pino's level names, or `silent`
 * @param destination where the lines go; standard output if not given
 */
export async function createLogger(
  level: string,
  format: LogFormat = 'json',
  destination?: LogOutput,
): Promise<Logger> {
  if (level === 'silent') return silentLogger;
  const { pino } = await import('pino');
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const isText = format === 'text' || (format === 'auto' && destination === undefined && isatty(1));
  const render = isText ? renderText : undefined;
  const output = destination ?? standardOutputPipe(render) ?? pino.destination({ fd: 1, sync: true });
  const logger: Logger = pino(options, render ? { write: (line: string) => output.write(render(line)) } : output);
  return logger;
}
