/** The daemon's settings from all its sources: command line over environment over config file over defaults. */
import { existsSync } from 'node:fs';
import type { Config } from './config.ts';
import { readConfigFiles } from './config-file.ts';
import { readEnvironment } from './environment.ts';
import { IMAGE_CONFIG_FOLDER, imageSettings, isImage } from './image.ts';
import { OPTIONS } from './options.ts';
import { readConfEnv } from './rabbitmq/conf-env.ts';
import { readRabbitmqVariables } from './rabbitmq/variables.ts';
import { type ConfigNotice, resolveSettings, type SourceValues } from './merge-sources.ts';

/** Options of the command line by setting name, as text, or true for one without a value; `config` is the config file's path. */
export type CommandLineValues = Readonly<Record<string, string | true | undefined>>;

/**
 * The config file, or folder, is the one named by `--config`, else by LEVERET_CONFIG, else `leveret.json` in the working directory
 * if there is one; in the container image it is /etc/rabbitmq, unless a derived image has removed it.
 * @param onNotice told what settings do not do that are not wrong
 * @throws ConfigError with a line for every wrong input
 */
export function loadConfig(
  commandLine: CommandLineValues,
  environment: NodeJS.ProcessEnv,
  onNotice: (notice: ConfigNotice) => void = () => {},
): Config {
  const image = isImage(environment);
  const named = (commandLine['config'] as string | undefined) ?? (environment['LEVERET_CONFIG'] || undefined);
  const path = named ?? (image && existsSync(IMAGE_CONFIG_FOLDER) ? IMAGE_CONFIG_FOLDER : undefined);
  const { env, source: confEnv } = readConfEnv(path, environment);
  const sources = [
    ...(image ? [imageSettings()] : []),
    confEnv,
    ...readConfigFiles(path, env),
    readRabbitmqVariables(env),
    readEnvironment(env),
    fromCommandLine(commandLine),
  ];
  const config = resolveSettings(sources);
  for (const { notices = [] } of sources) notices.forEach(onNotice);
  return config;
}

/** Only what the command line names, checked: for a broker that is started as a library, with its defaults. Throws ConfigError. */
export function libraryOptions(commandLine: CommandLineValues): Partial<Config> {
  const config = resolveSettings([fromCommandLine(commandLine)]);
  const isNamed = (name: string): boolean => commandLine[name] !== undefined;
  return Object.fromEntries(Object.entries(config).filter(([name]) => isNamed(name)));
}

function fromCommandLine(commandLine: CommandLineValues): SourceValues {
  const values = OPTIONS.flatMap((option) => {
    const value = commandLine[option.name];
    return value === undefined ? [] : [{ option, label: option.flag, value, isText: value !== true }];
  });
  return { source: 'command line', values, problems: [] };
}
