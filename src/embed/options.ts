/** What a program passes to `Broker.start`, and how it becomes the Config that the broker runs with. */
import { inspect } from 'node:util';
import type { DefinitionsDocument } from '../broker/definitions/document.ts';
import type { Config } from '../config/config.ts';
import { unknownKey } from '../config/nearest.ts';
import type { SettingName } from '../config/option.ts';
import { OPTIONS } from '../config/options.ts';
import { defaultConfig, resolveSettings, type SourceValue } from '../config/merge-sources.ts';
import { ConfigError, type ConfigProblem } from '../config/config-error.ts';
import type { Logger } from '../util/logger.ts';

/**
 * Any setting of the broker, under the name it has in the table of docs/configuration.md. Defaults are the daemon's but for these:
 * `host` is 127.0.0.1, `managementPort` and `prometheusPort` are none, `dataDir` is none (everything in memory), `logLevel` is silent, and
 * `loopbackUsers` is empty.
 */
export type BrokerOptions = {
  readonly [Name in Exclude<keyof Config, 'definitions' | 'pidFile' | 'port'>]?: Config[Name] | undefined;
} & {
  /** TCP port for AMQP without TLS: 0 takes any free port, `none` is for TLS alone. */
  readonly port?: number | 'none' | undefined;
  /** What to import before clients can connect: the path of a file in RabbitMQ's form, or its content as an object. */
  readonly definitions?: string | DefinitionsDocument | undefined;
  /** Takes the log lines instead of standard output; a pino logger fits. `logLevel` then has no effect: the logger has its own. */
  readonly logger?: Logger | undefined;
  /** True: the broker does not keep the process alive, which may end without having stopped it. False by default. */
  readonly unref?: boolean | undefined;
};

/** Of no use here: the daemon's word for having no data folder, and its pid file. */
const DAEMON_OPTIONS: readonly SettingName[] = ['memory', 'pidFile'];
const LIBRARY_OPTIONS = OPTIONS.filter(({ name }) => !DAEMON_OPTIONS.includes(name));
/** All that may be named. */
export const OPTION_NAMES: readonly string[] = [...LIBRARY_OPTIONS.map(({ name }): string => name), 'logger', 'unref'];

/** The library's settings if the caller sets none. */
export const libraryDefaults: Config = Object.freeze({
  ...defaultConfig,
  host: '127.0.0.1',
  managementPort: undefined,
  prometheusPort: undefined,
  dataDir: undefined,
  logLevel: 'silent',
  loopbackUsers: Object.freeze([]),
});

/**
 * Checks the options and fills in the library's defaults. A property that is undefined counts as not given.
 * @throws ConfigError with a line for every wrong option
 */
export function resolveOptions(options: BrokerOptions): Config {
  const values: SourceValue[] = [];
  const problems: ConfigProblem[] = [];
  const wrong = (text: string | undefined): void => {
    if (text !== undefined) problems.push({ source: 'options', text });
  };
  if (!isPlain(options)) throw new ConfigError([{ source: 'options', text: noOptions(options) }]);
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || (key === 'definitions' && isPlain(value))) continue;
    const option = LIBRARY_OPTIONS.find(({ name }) => name === key);
    if (option) values.push({ option, label: key, value, isText: false });
    else if (key === 'logger') wrong(noLogger(value));
    else if (key !== 'unref') wrong(unknownKey(key, OPTION_NAMES));
    else if (typeof value !== 'boolean') wrong(`unref must be true or false, not ${inspect(value)}`);
  }
  return resolveSettings([{ source: 'options', values, problems }], libraryDefaults);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function noOptions(value: unknown): string {
  return `the options must be an object such as { port: 5672 }, not ${inspect(value)}`;
}

/** What is wrong with a logger; undefined if it is one. */
function noLogger(value: unknown): string | undefined {
  const methods = ['debug', 'info', 'warn', 'error'];
  const isMissing = (name: string) => typeof (value as Record<string, unknown> | null)?.[name] !== 'function';
  const missing = methods.filter(isMissing);
  if (missing.length === 0) return undefined;
  return `logger must have the methods ${methods.join(', ')}: it has no ${missing.join(', ')}`;
}
