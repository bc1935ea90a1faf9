/** Settings from files: JSON with one object whose keys are the options' names, or RabbitMQ's own configuration. */
import { readFileSync, statSync } from 'node:fs';
import type { ConfigProblem } from './config-error.ts';
import { unknownKey } from './nearest.ts';
import { OPTIONS } from './options.ts';
import { readRabbitmqFiles } from './rabbitmq/files.ts';
import type { SourceValue, SourceValues } from './merge-sources.ts';

/** Read from the working directory if no other file is named. */
export const DEFAULT_CONFIG_FILE = 'leveret.json';

const KEYS = OPTIONS.map(({ name }) => name);

/**
 * What `path` names: a JSON file; a rabbitmq.conf or a classic rabbitmq.config; or a folder such as /etc/rabbitmq. Undefined: the
 * default file, if there is one. Files that RabbitMQ's variables name are read too.
 */
export function readConfigFiles(path: string | undefined, env: NodeJS.ProcessEnv): SourceValues[] {
  const kind = path === undefined ? undefined : kindOf(path);
  if (kind === 'folder') return [readRabbitmqFiles({ folder: path }, env)];
  if (kind === 'rabbitmq') return [readRabbitmqFiles({ file: path }, env)];
  return [readRabbitmqFiles({}, env), readJsonFile(path ?? DEFAULT_CONFIG_FILE, path === undefined)];
}

/** By its name; a file whose name does not tell is JSON if it begins as an object does. What cannot be read is for the reader to report. */
function kindOf(path: string): 'folder' | 'rabbitmq' | 'json' {
  if (path.endsWith('.json')) return 'json';
  try {
    if (statSync(path).isDirectory()) return 'folder';
    return /^\uFEFF?\s*\{/.test(readFileSync(path, 'utf8')) ? 'json' : 'rabbitmq';
  } catch {
    return 'json';
  }
}

/** With `optional`, a file that does not exist sets nothing; otherwise that is a problem. */
function readJsonFile(path: string, optional: boolean): SourceValues {
  try {
    return fromObject(path, JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === 'ENOENT') return fromObject(path, {});
    const reason = error instanceof SyntaxError ? `is not JSON: ${error.message}` : (error as Error).message;
    return failed(`config file ${path}: ${reason}`);
  }
}

function fromObject(path: string, content: unknown): SourceValues {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return failed(`config file ${path}: must hold one JSON object`);
  }
  const values: SourceValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [key, value] of Object.entries(content)) {
    const option = OPTIONS.find(({ name }) => name === key);
    if (option) values.push({ option, label: `config file ${path}: ${key}`, value, isText: false });
    else problems.push({ source: 'config file', text: `config file ${path}: ${unknownKey(key, KEYS)}` });
  }
  return { source: 'config file', values, problems };
}

function failed(text: string): SourceValues {
  return { source: 'config file', values: [], problems: [{ source: 'config file', text }] };
}
