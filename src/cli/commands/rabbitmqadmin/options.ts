/** The command line of rabbitmqadmin of RabbitMQ 3.x, read as Python's optparse reads one, and the file with options of nodes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminError, usageError } from './admin-error.ts';

interface Option {
  /** As the file has it. */
  readonly key: string;
  readonly short?: string;
  readonly long: string;
  /** What its value is called in the help; undefined if it takes none. */
  readonly value?: string;
  readonly help: string;
}

const TABLE: readonly Option[] = [
  { key: 'help', short: 'h', long: 'help', help: 'show this help' },
  { key: 'config', short: 'c', long: 'config', value: 'CONFIG', help: 'file with options [~/.rabbitmqadmin.conf]' },
  { key: 'node', short: 'N', long: 'node', value: 'NODE', help: 'section of that file [default]' },
  { key: 'hostname', short: 'H', long: 'host', value: 'HOST', help: 'host of the broker [localhost]' },
  { key: 'port', short: 'P', long: 'port', value: 'PORT', help: 'port of its HTTP API [15672]' },
  { key: 'path_prefix', long: 'path-prefix', value: 'PATH_PREFIX', help: 'what stands before /api in paths []' },
  { key: 'vhost', short: 'V', long: 'vhost', value: 'VHOST', help: "vhost [all for list, '/' for declare]" },
  { key: 'username', short: 'u', long: 'username', value: 'USERNAME', help: 'user [guest]' },
  { key: 'password', short: 'p', long: 'password', value: 'PASSWORD', help: 'password of the user [guest]' },
  { key: 'base_uri', short: 'U', long: 'base-uri', value: 'URI', help: 'host, port, user and password as one URI' },
  { key: 'quiet', short: 'q', long: 'quiet', help: 'print nothing but answers' },
  { key: 'ssl', short: 's', long: 'ssl', help: 'connect with TLS' },
  { key: 'ssl_key_file', long: 'ssl-key-file', value: 'SSL_KEY_FILE', help: 'key of the client, PEM' },
  { key: 'ssl_cert_file', long: 'ssl-cert-file', value: 'SSL_CERT_FILE', help: 'certificate of the client, PEM' },
  { key: 'ssl_ca_cert_file', long: 'ssl-ca-cert-file', value: 'SSL_CA_CERT_FILE', help: 'who may have signed, PEM' },
  {
    key: 'ssl_disable_hostname_verification',
    long: 'ssl-disable-hostname-verification',
    help: "take a certificate of another host's",
  },
  { key: 'ssl_insecure', short: 'k', long: 'ssl-insecure', help: 'take any certificate' },
  { key: 'request_timeout', short: 't', long: 'request-timeout', value: 'SECONDS', help: 'of each request [120]' },
  {
    key: 'format',
    short: 'f',
    long: 'format',
    value: 'FORMAT',
    help: 'raw_json, pretty_json, tsv, long, table, kvp or bash [table]',
  },
  { key: 'sort', short: 'S', long: 'sort', value: 'SORT', help: 'column that lists are sorted by' },
  { key: 'sort_reverse', short: 'R', long: 'sort-reverse', help: 'sort the other way' },
  { key: 'depth', short: 'd', long: 'depth', value: 'DEPTH', help: 'levels of objects that tables show [1]' },
  { key: 'version', long: 'version', help: 'show the version' },
];

export interface CommandLine {
  readonly words: readonly string[];
  /** By their keys; `True` for those without a value, as the file has it. */
  readonly options: ReadonlyMap<string, string>;
}

/** True if a word is one of these options: what is none belongs to the form of later versions. */
export function isOption(word: string): boolean {
  return word.startsWith('--')
    ? longOption(word.slice(2).split('=')[0]).length === 1
    : shortOption(word[1]) !== undefined;
}

/** Options stand anywhere; `--` ends them; long ones may be cut short. Throws AdminError. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const words: string[] = [];
  const options = new Map<string, string>();
  const rest = [...argv];
  const take = (option: Option, name: string, given: string | undefined): void => {
    const value = option.value === undefined ? 'True' : (given ?? rest.shift());
    if (value === undefined) throw wrong(`${name} option requires 1 argument`);
    options.set(option.key, value);
  };
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === '--') return { words: [...words, ...rest], options };
    if (word.startsWith('--')) takeLong(word, take);
    else if (word.startsWith('-') && word.length > 1) takeShort(word, take);
    else words.push(word);
  }
  return { words, options };
}

type Take = (option: Option, name: string, given: string | undefined) => void;

function takeLong(word: string, take: Take): void {
  const [, name, value] = /^--([^=]*)(?:=(.*))?$/s.exec(word)!;
  const [option, other] = longOption(name);
  if (option === undefined) throw wrong(`no such option: --${name}`);
  if (other !== undefined) {
    const names = longOption(name).map(({ long }) => `--${long}`);
    throw wrong(`ambiguous option: --${name} (${names.sort().join(', ')}?)`);
  }
  if (option.value === undefined && value !== undefined) throw wrong(`--${option.long} option does not take a value`);
  take(option, `--${option.long}`, value);
}

/** `-qV/` is `-q -V /`. */
function takeShort(word: string, take: Take): void {
  for (let at = 1; at < word.length; at++) {
    const option = shortOption(word[at]);
    if (option === undefined) throw wrong(`no such option: -${word[at]}`);
    const rest = word.slice(at + 1);
    take(option, `-${word[at]}`, option.value !== undefined && rest !== '' ? rest : undefined);
    if (option.value !== undefined) return;
  }
}

/** The option of that name, else those that begin so. */
function longOption(name: string): readonly Option[] {
  const exact = TABLE.filter(({ long }) => long === name);
  return exact.length > 0 ? exact : TABLE.filter(({ long }) => name !== '' && long.startsWith(name));
}

function shortOption(letter: string): Option | undefined {
  return TABLE.find(({ short }) => short === letter);
}

const USAGE = 'Usage\n=====\n  rabbitmqadmin [options] subcommand\n';

function wrong(text: string): AdminError {
  return new AdminError(`${USAGE}\nrabbitmqadmin: error: ${text}\n`, 2);
}

/** Those of the command line, then of the file. Throws AdminError. */
export function withFile({ words, options }: CommandLine, env: NodeJS.ProcessEnv): CommandLine {
  const file = options.get('config') ?? fileAtHome(env);
  if (file === undefined) return { words, options };
  if (!existsSync(file)) throw usageError(`Could not read config file '${file}'`);
  const node = options.get('node') ?? 'default';
  const section = readSections(readFileSync(file, 'utf8')).get(node);
  if (section === undefined) {
    if (node === 'default') return { words, options };
    throw usageError(`Could not read section '${node}' in config file '${file}':\n   No section: '${node}'`);
  }
  return { words, options: new Map([...section, ...options]) };
}

function fileAtHome({ HOME: home }: NodeJS.ProcessEnv): string | undefined {
  const file = home === undefined ? undefined : join(home, '.rabbitmqadmin.conf');
  return file !== undefined && existsSync(file) ? file : undefined;
}

/** Lines such as `key = value` below `[section]`. */
function readSections(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, key, value] = /^\s*([^#;\s[][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) sections.set(name, (section = new Map<string, string>()));
    else if (key !== undefined) section.set(key.toLowerCase(), value);
  }
  return sections;
}

export function help(): string {
  const rows = TABLE.map(({ short, long, value, help: text }) => {
    const of = value === undefined ? '' : `=${value}`;
    return [short === undefined ? `--${long}${of}` : `--${long}${of}, -${short}${of.replace('=', ' ')}`, text];
  });
  const width = Math.max(...rows.map(([names]) => names.length));
  const lines = rows.map(([names, text]) => `${names.padEnd(width)}  ${text}\n`);
  return `${USAGE}\nOptions\n=======\n${lines.join('')}
More Help
=========

For more help use the help subcommand:

  rabbitmqadmin help subcommands  # For a list of available subcommands
  rabbitmqadmin help config       # For help with the configuration file
`;
}
