/** Finds and reads the files that RabbitMQ's configuration consists of. */
import fs, { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigProblem } from '../config-error.ts';
import type { SourceValues } from '../merge-sources.ts';
import { readAdvancedConfig } from './advanced-config.ts';
import { type ConfEntries, readConf } from './conf-file.ts';
import type { ConfEntry } from './entry.ts';
import { interpret } from './interpret.ts';
import { enabledPluginsNotices } from './plugins.ts';
import { withTlsSections } from './tls-sections.ts';

export interface RabbitmqSource {
  /** A folder such as /etc/rabbitmq, whose files are read if they are there; what a variable names takes the place of one. */
  readonly folder?: string | undefined;
  /** The rabbitmq.conf, in place of the folder's and of the one that RABBITMQ_CONFIG_FILE names. */
  readonly file?: string | undefined;
}

/**
 * What rabbitmq.conf, conf.d, advanced.config and enabled_plugins say; a later one wins over an earlier one (RabbitMQ: Configuration).
 * A file that is named has to be there.
 */
export function readRabbitmqFiles({ folder, file }: RabbitmqSource, env: NodeJS.ProcessEnv): SourceValues {
  const problems: ConfigProblem[] = [];
  const entries: ConfEntry[] = [];
  const take = (read: ConfEntries) => {
    entries.push(...read.entries);
    problems.push(...read.problems);
  };
  const fail = (path: string, error: unknown) => {
    problems.push({ source: 'config file', text: `config file ${path}: ${(error as Error).message}` });
  };
  const readAll = (paths: readonly string[]) => {
    for (const path of paths) {
      try {
        take(readFile(path, env));
      } catch (error) {
        fail(path, error);
      }
    }
  };
  const beside = (...names: string[]) => existing(names.map((name) => folder && join(folder, name)));

  const main = file ?? (env['RABBITMQ_CONFIG_FILE'] || undefined);
  readAll(main === undefined ? beside('rabbitmq.conf', 'rabbitmq.config').slice(0, 1) : [withExtension(main)]);
  const more = env['RABBITMQ_CONFIG_FILES'] || undefined;
  readAll(confFiles(more ?? beside('conf.d')[0], fail));
  const advanced = env['RABBITMQ_ADVANCED_CONFIG_FILE'] || undefined;
  readAll(advanced === undefined ? beside('advanced.config') : [withExtension(advanced)]);

  const { values, notices, ...interpreted } = interpret(withTlsSections(entries));
  const plugins = existing([
    env['RABBITMQ_ENABLED_PLUGINS_FILE'] || undefined,
    folder && join(folder, 'enabled_plugins'),
  ]);
  return {
    source: 'config file',
    values,
    problems: [...problems, ...interpreted.problems],
    notices: [...(notices ?? []), ...plugins.slice(0, 1).flatMap((path) => enabledPluginsNotices(path))],
  };
}

function existing(paths: readonly (string | undefined)[]): string[] {
  return paths.filter(
    (path) => path !== undefined && statSync(path, { throwIfNoEntry: false }) !== undefined,
  ) as string[];
}

/** RabbitMQ's variables may name a file without its extension. */
function withExtension(path: string): string {
  return existing([path, `${path}.conf`, `${path}.config`])[0] ?? path;
}

/** The files of a folder, or those that a pattern names, in the order of their names. */
function confFiles(place: string | undefined, fail: (path: string, error: unknown) => void): string[] {
  if (place === undefined) return [];
  // Not imported by its name: Node 20 has none, and would end before it can be told that it is too old.
  if (place.includes('*')) return fs.globSync(place).sort();
  try {
    const names = readdirSync(place).filter((name) => name.endsWith('.conf'));
    return names.sort().map((name) => join(place, name));
  } catch (error) {
    fail(place, error);
    return [];
  }
}

function readFile(path: string, env: NodeJS.ProcessEnv): ConfEntries {
  const text = readFileSync(path, 'utf8');
  return isErlang(path, text) ? readAdvancedConfig(path, text) : readConf(path, text, env);
}

function isErlang(path: string, text: string): boolean {
  return path.endsWith('.config') || (!path.endsWith('.conf') && /^(?:\s|%.*\n)*\[/.test(text));
}
