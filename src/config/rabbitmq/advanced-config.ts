/**
 * What advanced.config and the classic rabbitmq.config say, `[{rabbit, [{Key, Value}, ...]}, ...].`, as the settings of rabbitmq.conf that
 * mean the same. Arguments of the Erlang VM, `-rabbit Key Value`, are the same again.
 */
import type { ConfigProblem } from '../config-error.ts';
import type { ConfEntries } from './conf-file.ts';
import type { ConfEntry } from './entry.ts';
import { Atom, parseTerm, parseTerms, type Term, TermError, Tuple } from './erlang-terms.ts';

/** @param file the name to call it by in messages */
export function readAdvancedConfig(file: string, text: string): ConfEntries {
  const wrong = (reason: string, line = ''): ConfEntries => ({
    entries: [],
    problems: [{ source: 'config file', text: `${file}${line}: ${reason}` }],
  });
  try {
    const terms = parseTerms(text);
    if (terms.length === 0) return { entries: [], problems: [] };
    const applications = pairs(terms[0]);
    if (terms.length > 1 || applications === undefined) return wrong('must hold one list of {Application, Settings}');
    const entries: ConfEntry[] = [];
    const problems: ConfigProblem[] = [];
    for (const [application, settings] of applications) {
      const keys = pairs(settings);
      if (keys === undefined) problems.push(...wrong(`${application} must have a list of {Key, Value}`).problems);
      for (const [key, value] of keys ?? []) entries.push(...settingEntries(application, key, value, file));
    }
    return { entries, problems };
  } catch (error) {
    if (error instanceof TermError) return wrong(error.message, `:${error.line}`);
    throw error;
  }
}

/** `-Application Key Value` in the text of RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS; other arguments come back as `rest`. */
export function readErlangArguments(
  variable: string,
  text: string,
): ConfEntries & { readonly rest: readonly string[] } {
  const words = text.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+/g) ?? [];
  const entries: ConfEntry[] = [];
  const problems: ConfigProblem[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length;) {
    const [application, key] = [words[at].slice(1), words[at + 1]];
    if (!words[at].startsWith('-') || !APPLICATIONS.has(application) || key === undefined) {
      rest.push(words[at++]);
      continue;
    }
    // A term may have blanks in it: it goes up to the next argument.
    let end = at + 2;
    while (end < words.length && !/^[-+][a-z]/i.test(words[end])) end++;
    const term = words
      .slice(at + 2, end)
      .map((word) => word.replace(/^'(.*)'$/, '$1'))
      .join(' ');
    try {
      entries.push(...settingEntries(application, key, parseTerm(term), variable));
    } catch (error) {
      if (!(error instanceof TermError)) throw error;
      problems.push({
        source: 'environment',
        text: `${variable}: the value of -${application} ${key}: ${error.message}`,
      });
    }
    at = end;
  }
  return { entries, problems, rest };
}

/** Applications whose keys have counterparts in rabbitmq.conf, by what these begin with. */
const APPLICATIONS = new Map<string, readonly string[]>([
  ['rabbit', []],
  ['rabbitmq_management', ['management']],
  ['rabbitmq_management_agent', ['management_agent']],
  ['rabbitmq_prometheus', ['prometheus']],
]);

/** Keys of the application `rabbit` that rabbitmq.conf calls differently. */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  tcp_listeners: ['listeners', 'tcp'],
  ssl_listeners: ['listeners', 'ssl'],
  num_tcp_acceptors: ['num_acceptors', 'tcp'],
  num_ssl_acceptors: ['num_acceptors', 'ssl'],
  log_levels: ['log', 'levels'],
  tcp_config: ['tcp'],
  ssl_config: ['ssl'],
};

/** Keys whose list names things: `[<<"guest">>]` is `loopback_users.guest = true`. */
const NAME_LISTS = new Set(['loopback_users', 'default_user_tags']);
const PERMISSIONS = ['configure', 'write', 'read'];

function settingEntries(application: string, key: string, value: Term, place: string): ConfEntry[] {
  const prefix = APPLICATIONS.get(application) ?? [application];
  const path = [...prefix, ...(RENAMED[key] ?? [key])];
  const entry = (more: string, text: string): ConfEntry => ({ path: [...path, more], value: text, place });
  if (NAME_LISTS.has(key) && isList(value) && value.length > 0) {
    return value.map((name) => entry(textOf(name), 'true'));
  }
  if (key === 'default_permissions' && isList(value)) {
    return value.map((pattern, index) => entry(PERMISSIONS[index] ?? `${index + 1}`, textOf(pattern)));
  }
  if (key === 'vm_memory_high_watermark' && typeof value === 'number') return [entry('relative', `${value}`)];
  if (key === 'disk_free_limit' && !(value instanceof Tuple)) return [entry('absolute', textOf(value))];
  if (value instanceof Tuple && value.items.length === 2 && /watermark|disk_free/.test(key)) {
    return [entry(textOf(value.items[0]).replace('mem_relative', 'relative'), textOf(value.items[1]))];
  }
  return flatten(path, value, place);
}

/** `[{a, [{b, 1}]}]` is `a.b = 1`, `[5672, 5673]` is `.1 = 5672` and `.2 = 5673`, and `[]` is `none`. */
function flatten(path: readonly string[], value: Term, place: string): ConfEntry[] {
  if (!isList(value)) return [{ path, value: textOf(value), place }];
  if (value.length === 0) return [{ path, value: 'none', place }];
  const entries = pairs(value);
  if (entries === undefined) {
    return value.flatMap((item, index) => flatten([...path, `${index + 1}`], item, place));
  }
  return entries.flatMap(([key, inner]) => flatten(key === 'enabled' ? path : [...path, key], inner, place));
}

/** The pairs of `[{Atom, Value}, ...]`; undefined if it is something else. */
function pairs(term: Term): [string, Term][] | undefined {
  if (!isList(term)) return undefined;
  const result: [string, Term][] = [];
  for (const item of term) {
    if (!(item instanceof Tuple) || item.items.length !== 2 || !(item.items[0] instanceof Atom)) return undefined;
    result.push([item.items[0].name, item.items[1]]);
  }
  return result;
}

/** A term as rabbitmq.conf would have it: `{"127.0.0.1", 5672}` is `127.0.0.1:5672`. */
function textOf(term: Term): string {
  if (term instanceof Atom) return term.name;
  if (term instanceof Tuple) return term.items.map(textOf).join(':');
  return isList(term) ? term.map(textOf).join(',') : String(term);
}

function isList(term: Term): term is readonly Term[] {
  return Array.isArray(term);
}
