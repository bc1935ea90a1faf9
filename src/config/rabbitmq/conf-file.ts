/**
 * Reads rabbitmq.conf: lines `key = value`, as RabbitMQ's cuttlefish takes them. A value ends at a `#`, unless it stands in single
 * quotes; double quotes are part of it; a dot that belongs to a name is written `\.`.
 */
import type { ConfigProblem } from '../config-error.ts';
import type { ConfEntry } from './entry.ts';

export interface ConfEntries {
  readonly entries: readonly ConfEntry[];
  readonly problems: readonly ConfigProblem[];
}

const WORD = String.raw`(?:\\\.|[A-Za-z0-9_-])+`;
const SETTING = new RegExp(String.raw`^[ \t]*(${WORD}(?:\.${WORD})*)[ \t]*=[ \t]*(.*)$`);
const QUOTED = /^'([^']*)'[ \t]*(?:#.*)?$/;
/** `%` begins a comment of Erlang's files. RabbitMQ refuses it here, and yet it stands in many files that people copy. */
const NOTHING = /^[ \t]*(?:[#%].*)?$/;
/** RabbitMQ 4 puts the variable of this name in its place. */
const VARIABLE = /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g;

/** @param file the name to call it by in messages */
export function readConf(file: string, text: string, env: NodeJS.ProcessEnv): ConfEntries {
  const entries: ConfEntry[] = [];
  const problems: ConfigProblem[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (NOTHING.test(line)) continue;
    const place = `${file}:${index + 1}`;
    const fail = (reason: string) => problems.push({ source: 'config file', text: `${place}: ${reason}` });
    const setting = SETTING.exec(line);
    if (setting === null) {
      fail('is neither "key = value" nor a comment');
      continue;
    }
    const value = valueOf(setting[2]);
    if (value === '') {
      fail(`${setting[1]} has no value`);
      continue;
    }
    entries.push({
      path: setting[1].split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.')),
      value: value.replace(VARIABLE, (written, name: string) => {
        const replacement = env[name];
        if (replacement === undefined) fail(`the variable ${name} is not set`);
        return replacement ?? written;
      }),
      place,
    });
  }
  return { entries, problems };
}

function valueOf(rest: string): string {
  const quoted = QUOTED.exec(rest);
  return quoted === null ? rest.replace(/[ \t]*#.*$/, '').trimEnd() : quoted[1];
}
