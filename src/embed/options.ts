/** What a program passes to `Broker.start`, and how it becomes the Config that the broker runs with. */
import type { DefinitionsDocument } from '../broker/definitions/document.ts';
import type { Config } from '../config/config.ts';
import { unknownKey } from '../config/nearest.ts';
import type { SettingName } from '../config/option.ts';
import { OPTIONS } from '../config/options.ts';
import { defaultConfig, resolveSettings, type SourceValue } from '../config/merge-sources.ts';
import type { ConfigProblem } from '../config/config-error.ts';
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
};

/** Of no use here: the daemon's word for having no data folder, and its pid file. */
const DAEMON_OPTIONS: readonly SettingName[] = ['memory', 'pidFile'];
const LIBRARY_OPTIONS = OPTIONS.filter(({ name }) => !DAEMON_OPTIONS.includes(name));
const KEYS = LIBRARY_OPTIONS.map(({ name }) => name);

/** The library's settings where the caller sets none. */
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
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || key === 'logger' || (key === 'definitions' && typeof value === 'object')) continue;
    const option = LIBRARY_OPTIONS.find(({ name }) => name === key);
    if (option) values.push({ option, label: key, value, isText: false });
    else problems.push({ source: 'options', text: unknownKey(key, KEYS) });
  }
  return resolveSettings([{ source: 'options', values, problems }], libraryDefaults);
}
