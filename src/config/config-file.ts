/** Settings from a JSON file: one object whose keys are the options' names. */
import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config-error.ts';
import { unknownKey } from './nearest.ts';
import { OPTIONS } from './options.ts';
import type { SourceValue, SourceValues } from './settings.ts';

/** Read from the working directory where no other file is named. */
export const DEFAULT_CONFIG_FILE = 'leveret.json';

const KEYS = OPTIONS.map(({ name }) => name);

/** With `optional`, a file that does not exist sets nothing; otherwise that is a problem. */
export function readConfigFile(path: string, optional: boolean): SourceValues {
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
