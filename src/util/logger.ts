/** The log: a line an event, as JSON or as text, in the form that pino gives it. */
import { isatty } from 'node:tty';
import { standardOutput } from './log-pipe.ts';
import { renderText } from './log-text.ts';
import { systemClock } from './system.ts';

/** `auto` is text in a terminal and JSON elsewhere. */
export const LOG_FORMATS = ['auto', 'text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** From the least to the most talkative, by pino's names. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

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

/** What makes of a line of JSON, with its end, what is written. */
export type RenderLine = (json: string) => string;

/**
 * A logger that writes lines such as `{"level":"info","time":"2026-01-31T12:00:00.000Z","msg":"..."}`, or the same as text.
 * A line is written when the call returns, so that none is lost or out of order when the process ends. Only an output that takes no more
 * gets it later, or not at all: the broker does not wait for that.
 * @param output where the lines go; standard output if not given
 */
export function createLogger(level: LogLevel, format: LogFormat = 'json', output?: LogOutput): Logger {
  if (level === 'silent') return silentLogger;
  const isText = format === 'text' || (format === 'auto' && output === undefined && isatty(1));
  const render = isText ? renderText : asItIs;
  return new LineLogger(level, render, output ?? standardOutput(render));
}

const asItIs: RenderLine = (json) => json;

class LineLogger implements Logger {
  readonly #render: RenderLine;
  readonly #output: LogOutput;
  level: LogLevel;

  constructor(level: LogLevel, render: RenderLine, output: LogOutput) {
    this.level = level;
    this.#render = render;
    this.#output = output;
  }

  debug(fields: object, message: string): void {
    this.#log('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#log('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#log('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#log('error', fields, message);
  }

  #log(level: LogLevel, fields: object, message: string): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.level)) return;
    const time = new Date(systemClock.now()).toISOString();
    this.#output.write(this.#render(`${jsonOf({ level, time }, fields, { msg: message })}\n`));
  }
}

function jsonOf(head: object, fields: object, end: object): string {
  try {
    return JSON.stringify({ ...head, ...fields, ...end }, asJson);
  } catch (error) {
    // They lead back to themselves. The line is worth more than they are.
    return JSON.stringify({ ...head, unwritable: (error as Error).message, ...end });
  }
}

/** JSON has nothing of an error but what somebody added to it, and no bigint. */
function asJson(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { ...value, type: name, message, stack, ...(cause !== undefined && { cause }) };
}
