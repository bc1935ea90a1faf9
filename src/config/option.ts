/** A row of the table of options. */
import type { Config } from './config.ts';
import type { OptionType } from './option-types.ts';

/** What a source may set: the fields of Config, and `memory`, which takes `dataDir` away. */
export type Settings = Config & { readonly memory: boolean };
export type SettingName = keyof Settings;

export interface Option<Name extends SettingName = SettingName> {
  readonly name: Name;
  readonly flag: `--${string}`;
  readonly env: `LEVERET_${string}`;
  /** Names of the same variable in RabbitMQ and its images, read in this order if `env` is not set, so that a docker-compose file works unchanged. */
  readonly rabbitmqEnv?: readonly `RABBITMQ_${string}`[];
  /** True if all these variables have a `_FILE` twin that names a file holding the value (Docker secrets). */
  readonly secretFile?: true;
  /** True for a password, or what may hold one: no message repeats it, and nobody is shown it. */
  readonly secret?: true;
  readonly type: OptionType;
  /** The daemon's default. */
  readonly default: Settings[Name];
  /** Unit of the value; empty if it has none. */
  readonly unit: '' | 'bytes' | 'seconds' | 'milliseconds' | 'connections' | 'channels';
  /** One sentence without its full stop. */
  readonly description: string;
  /** The key in rabbitmq.conf, or what several begin with and `*`; empty if RabbitMQ has none. */
  readonly rabbitmq: string;
}

/** Rows by the names of their settings. */
export type OptionRows<Name extends SettingName> = { readonly [Each in Name]: Omit<Option<Each>, 'name'> };
