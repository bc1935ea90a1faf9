/** A line of the log as people read it, in the form of RabbitMQ's: `2026-01-31 12:00:00.000+00:00 [info] the message (port 5672)`. */

/** RabbitMQ's words for pino's levels. */
const LEVELS: Readonly<Record<string, string>> = { warn: 'warning', fatal: 'critical' };

interface LogEvent {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly err?: { readonly message: string; readonly stack?: string };
}

/** @param json the line as JSON, with its end */
export function renderText(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as LogEvent & Record<string, unknown>;
  const moment = time.replace('T', ' ').replace('Z', '+00:00');
  // What the message says already is not said again.
  const more = Object.entries(fields)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])
    .filter(([, value]) => !msg.includes(value))
    .map(([name, value]) => `${name} ${value}`);
  const details = more.length === 0 ? '' : ` (${more.join(', ')})`;
  const stack = err === undefined ? '' : `\n${err.stack ?? err.message}`;
  return `${moment} [${LEVELS[level] ?? level}] ${msg}${details}${stack}\n`;
}
