/**
 * The log: one JSON line an event. Written here and not by pino, whose lines look the same, as that takes 8 MB of an idle
 * broker's memory.
 */
import { writeSync } from 'node:fs';

/** What the broker needs of a logger. pino's fit, and so does anything with these four methods. */
export interface Logger {
  /** `fields` are data for machines, `message` is for people. */
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How much to log, least first: with each level, those before it are written too. Nothing of the broker's is fatal or a trace. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const STANDARD_OUTPUT = 1;
/** Milliseconds until a full pipe is tried again. */
const RETRY_MS = 5;

const ignore = () => {};

/** Logs nothing and costs nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * A logger that writes lines such as `{"level":"info","time":"2026-01-31T12:00:00.000Z","msg":"..."}`.
 * A line is written when the call returns, so that none is lost or out of order when the process ends.
 * @param write where the lines go; standard output if not given
 */
export function createLogger(level: LogLevel, write: (line: string) => void = writeOut): Logger {
  if (level === 'silent') return silentLogger;
  const log = (name: keyof Logger) => {
    if (LOG_LEVELS.indexOf(name) > LOG_LEVELS.indexOf(level)) return ignore;
    return (fields: object, msg: string) => write(`${lineOf(name, fields, msg)}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function lineOf(level: LogLevel, fields: object, msg: string): string {
  return JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg }, plain);
}

/** What JSON has no form for: errors become what they say. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name, message, code, stack, cause } = value as NodeJS.ErrnoException;
  return { type: name, message, code, stack, cause };
}

function writeOut(line: string): void {
  try {
    writeAll(Buffer.from(line));
  } catch {
    // Nobody reads any more, or the disk is full: the broker goes on without its log.
  }
}

function writeAll(bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(STANDARD_OUTPUT, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      // A pipe that somebody made non-blocking is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
