/** The command line of rabbitmqadmin of RabbitMQ 4.x: `--vhost v queues declare --name q`, or `declare queue --name q`. */
import { isOption } from '../options.ts';

/** Options that may stand before the command, by their names in the file of brokers. */
const GLOBAL: Readonly<Record<string, string>> = {
  '-c': 'config',
  '--config': 'config',
  '-N': 'node',
  '--node': 'node',
  '-H': 'hostname',
  '--host': 'hostname',
  '--hostname': 'hostname',
  '-P': 'port',
  '--port': 'port',
  '-U': 'base_uri',
  '--base-uri': 'base_uri',
  '--path-prefix': 'path_prefix',
  '-V': 'vhost',
  '--vhost': 'vhost',
  '-u': 'username',
  '--username': 'username',
  '-p': 'password',
  '--password': 'password',
  '--tls-ca-cert-file': 'ssl_ca_cert_file',
  '--tls-cert-file': 'ssl_cert_file',
  '--tls-key-file': 'ssl_key_file',
  '--table-style': 'table_style',
};
/** Those without a value. */
const FLAGS: Readonly<Record<string, string>> = {
  '-k': 'ssl_insecure',
  '--insecure': 'ssl_insecure',
  '--use-tls': 'ssl',
  '-q': 'quiet',
  '--quiet': 'quiet',
  '--non-interactive': 'non_interactive',
  '--idempotently': 'idempotently',
  '--tracing': 'tracing',
};

/** First words that only this form has. */
const GROUPS = [
  ...[
    'bindings',
    'connections',
    'definitions',
    'exchanges',
    'feature_flags',
    'global_parameters',
    'health_check',
    'nodes',
  ],
  ...[
    'operator_policies',
    'parameters',
    'permissions',
    'policies',
    'queues',
    'rebalance',
    'streams',
    'users',
    'vhosts',
  ],
];

export interface LaterLine {
  /** Two words: `declare queue`, or `queues declare`. */
  readonly words: readonly string[];
  /** For the way to the broker, as in the file of brokers; `True` for those without a value. */
  readonly options: ReadonlyMap<string, string>;
  /** Behind the command: `--auto-delete` is auto_delete. */
  readonly given: ReadonlyMap<string, string>;
}

/**
 * True if it can be nothing but this form: by its first word, by an option that stands before the command in this form alone, or by one behind it
 * that the older form has not.
 */
export function isLater(argv: readonly string[]): boolean {
  const isWord = (word: string, at: number): boolean => !word.startsWith('-') && !takesValue(argv[at - 1] ?? '');
  if (GROUPS.includes(argv.find(isWord) ?? '')) return true;
  return argv.some((word, at) => {
    const [name] = word.split('=');
    if (!name.startsWith('--') || name === '--' || isOption(name)) return false;
    return Object.hasOwn(GLOBAL, name) || Object.hasOwn(FLAGS, name) || argv.slice(0, at).filter(isWord).length >= 2;
  });
}

function takesValue(word: string): boolean {
  return Object.hasOwn(GLOBAL, word);
}

/** Undefined if an option lacks its value. */
export function readLater(argv: readonly string[]): LaterLine | undefined {
  const words: string[] = [];
  const options = new Map<string, string>();
  const given = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const [, name, glued] = /^(-[^=]*)(?:=(.*))?$/s.exec(argv[at]) ?? [];
    if (name === undefined) words.push(argv[at]);
    else if (Object.hasOwn(FLAGS, name)) options.set(FLAGS[name], 'True');
    else {
      const value = glued ?? argv[++at];
      if (value === undefined) return undefined;
      // Behind the command a name may mean the thing's own: declare user --password.
      const own = words.length >= 2 && name.startsWith('--') && name !== '--vhost';
      if (!own && Object.hasOwn(GLOBAL, name)) options.set(GLOBAL[name], value);
      else given.set(name.replace(/^-+/, '').replaceAll('-', '_'), value);
    }
  }
  return { words, options, given };
}
