/** The daemon's settings from all its sources: command line over environment over config file over defaults. */
import type { Config } from './config.ts';
import { DEFAULT_CONFIG_FILE, readConfigFile } from './config-file.ts';
import { readEnvironment } from './environment.ts';
import { OPTIONS } from './options.ts';
import { resolveSettings, type SourceValues } from './settings.ts';

/** Options of the command line by setting name, as text, or true for one without a value; `config` is the config file's path. */
export type CommandLineValues = Readonly<Record<string, string | true | undefined>>;

/**
 * The config file is the one named by `--config`, else by LEVERET_CONFIG, else `leveret.json` in the working directory
 * if there is one.
 * @throws ConfigError with a line for every wrong input
 */
export function loadConfig(commandLine: CommandLineValues, env: NodeJS.ProcessEnv): Config {
  const named = (commandLine['config'] as string | undefined) ?? (env['LEVERET_CONFIG'] || undefined);
  const file = readConfigFile(named ?? DEFAULT_CONFIG_FILE, named === undefined);
  return resolveSettings([file, readEnvironment(env), fromCommandLine(commandLine)]);
}

function fromCommandLine(commandLine: CommandLineValues): SourceValues {
  const values = OPTIONS.flatMap((option) => {
    const value = commandLine[option.name];
    return value === undefined ? [] : [{ option, label: option.flag, value, isText: value !== true }];
  });
  return { source: 'command line', values, problems: [] };
}
