/** The log: one JSON line an event, by pino, which is loaded only where something is logged. */

/** What the broker needs of a logger. pino's fits, and so does anything with these four methods. */
export interface Logger {
  /** `fields` are data for machines, `message` is for people. */
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A logger whose lines wait to be written. */
export interface BufferedLogger extends Logger {
  /** Resolves when every line so far is written. */
  flush(): Promise<void>;
}

const ignore = () => {};

/** Logs nothing and costs nothing. */
export const silentLogger: BufferedLogger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  flush: () => Promise.resolve(),
};

/** Bytes that wait for a standard output that nobody reads; lines beyond are dropped. A stuck log must not stop the broker. */
const MAX_BUFFERED = 1024 * 1024;

/**
 * A logger that writes lines such as `{"level":"info","time":"2026-01-31T12:00:00.000Z","msg":"..."}`.
 * @param level pino's level names, or `silent`
 * @param destination where the lines go; standard output if not given, written in the background
 */
export async function createLogger(
  level: string,
  destination?: { write(line: string): void },
): Promise<BufferedLogger> {
  if (level === 'silent') return silentLogger;
  const { pino } = await import('pino');
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const stream = destination ?? pino.destination({ fd: 1, sync: false, maxLength: MAX_BUFFERED });
  const logger = pino(options, stream);
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    flush: () => new Promise((resolve, reject) => logger.flush((error) => (error ? reject(error) : resolve()))),
  };
}
