/**
 * rabbitmq-env.conf, a file of shell assignments: `NODE_PORT=5673` in it is the variable RABBITMQ_NODE_PORT, unless that is set. RabbitMQ's scripts
 * have a shell read it; here lines are read that assign one value as it stands.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceValues } from '../merge-sources.ts';

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"$`\\]*)"|'([^']*)'|([^\s"'$`\\;&|<>()#]*))\s*(?:#.*)?$/;

export interface ConfEnv {
  /** The environment, and what the file adds to it. */
  readonly env: NodeJS.ProcessEnv;
  readonly source: SourceValues;
}

/** The file that RABBITMQ_CONF_ENV_FILE names, else that of the folder, if there is one. */
export function readConfEnv(folder: string | undefined, env: NodeJS.ProcessEnv): ConfEnv {
  const added: Record<string, string> = {};
  const source = { source: 'config file' as const, values: [], problems: [] };
  const named = env['RABBITMQ_CONF_ENV_FILE'] || undefined;
  const path = named ?? (folder && join(folder, 'rabbitmq-env.conf'));
  if (path === undefined || (named === undefined && !statSync(path, { throwIfNoEntry: false })?.isFile())) {
    return { env, source };
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const problem = { source: 'config file' as const, text: `config file ${path}: ${(error as Error).message}` };
    return { env, source: { ...source, problems: [problem] } };
  }
  const notices: SourceValues['notices'] & object = text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(#.*)?$/.test(line)) return [];
    const match = ASSIGNMENT.exec(line);
    if (match === null) {
      return [{ level: 'warn', text: `${path}:${index + 1}: only NAME=value is read here: this line has no effect` }];
    }
    const [, name, ...values] = match;
    added[name.startsWith('RABBITMQ_') ? name : `RABBITMQ_${name}`] = values.find((value) => value !== undefined)!;
    return [];
  });
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  return { env: { ...added, ...set }, source: { ...source, notices } };
}
