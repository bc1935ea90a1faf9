/**
 * Variables of RabbitMQ's broker and of its images (the official one's and Bitnami's) that are no option's other name: those that say what a
 * key of rabbitmq.conf says, and those that set nothing here, which the log names.
 */
import { OPTIONS } from '../options.ts';
import type { ConfigNotice, NoticeLevel, SourceValues } from '../merge-sources.ts';
import { readErlangArguments } from './advanced-config.ts';
import type { ConfEntry } from './entry.ts';
import { interpret } from './interpret.ts';
import { pluginNotices } from './plugins.ts';

/** The key of rabbitmq.conf that says the same. */
const KEYS: Readonly<Record<string, (value: string) => string>> = {
  RABBITMQ_VM_MEMORY_HIGH_WATERMARK: (value) =>
    `vm_memory_high_watermark.${/^[01]?\.\d+$/.test(value) ? 'relative' : 'absolute'}`,
  RABBITMQ_DISK_FREE_ABSOLUTE_LIMIT: () => 'disk_free_limit.absolute',
  RABBITMQ_DISK_FREE_RELATIVE_LIMIT: () => 'disk_free_limit.relative',
  RABBITMQ_SSL_VERIFY: () => 'ssl_options.verify',
  RABBITMQ_SSL_FAIL_IF_NO_PEER_CERT: () => 'ssl_options.fail_if_no_peer_cert',
  RABBITMQ_MANAGEMENT_SSL_VERIFY: () => 'management.ssl.verify',
  RABBITMQ_MANAGEMENT_SSL_FAIL_IF_NO_PEER_CERT: () => 'management.ssl.fail_if_no_peer_cert',
};

/** What a certificate turns on, as RabbitMQ's images did up to 3.8; the plain listeners stay. */
const TURNED_ON: Readonly<Record<string, readonly (readonly [key: string, value: string])[]>> = {
  RABBITMQ_SSL_CERTFILE: [
    ['listeners.ssl.default', '5671'],
    ['management.ssl.port', '15671'],
  ],
  RABBITMQ_MANAGEMENT_SSL_CERTFILE: [['management.ssl.port', '15671']],
};

const ERLANG_ARGUMENTS = [
  'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS',
  'RABBITMQ_SERVER_ERL_ARGS',
  'RABBITMQ_SERVER_START_ARGS',
];
const PLUGINS = ['RABBITMQ_ENABLED_PLUGINS', 'RABBITMQ_PLUGINS', 'RABBITMQ_COMMUNITY_PLUGINS'];

/** Read elsewhere: by files.ts, by the image's scripts. */
const READ_ELSEWHERE =
  /^RABBITMQ_(CONFIG_FILES?|ADVANCED_CONFIG_FILE|CONF_ENV_FILE|ENABLED_PLUGINS_FILE|ERLANG_COOKIE|ERL_COOKIE)$/;
/** Kubernetes sets these in every pod beside a service named "rabbitmq". */
const SERVICE_LINK = /^RABBITMQ_(\w+_)?(SERVICE_(HOST|PORT)\w*|PORT(_\d+_(TCP|UDP)\w*)?)$/;

interface Explained {
  readonly names: RegExp;
  readonly level: NoticeLevel;
  readonly reason: string;
}

const EXPLAINED: readonly Explained[] = [
  {
    names:
      /^RABBITMQ_(NODE_?NAME|USE_LONGNAME|DIST_PORT|NODE_TYPE|NODE_DEFAULT_QUEUE_TYPE|CLUSTER_\w+|QUORUM_DIR|STREAM_DIR|FEATURE_FLAGS|FORCE_BOOT|CTL_\w+|DISTRIBUTION_\w+|IO_THREAD_\w+|MAX_\w+|DEFAULT_ALLOC_ARGS|ULIMIT_NOFILES|PRESTART_\w+|SERVICENAME|USE_\w+)$/,
    level: 'info',
    reason: 'a broker is one node here, without the Erlang VM: this has no effect',
  },
  {
    names: /^RABBITMQ_(LOGS?|LOG_BASE|SASL_LOGS|UPGRADE_LOG|CONSOLE_LOG|LOGS_DIR|DBG)$/,
    level: 'info',
    reason: 'the log goes to standard output; --log-level sets how much there is',
  },
  {
    names:
      /^RABBITMQ_(PLUGINS_DIR|PLUGINS_EXPAND_DIR|GENERATED_CONFIG_DIR|HOME|MOTD_FILE|KEEP_PID_FILE_ON_EXIT|SCHEMA_DIR|ALLOW_INPUT|SECURE_PASSWORD|UPDATE_PASSWORD|MANAGEMENT_ALLOW_WEB_ACCESS|LOAD_DEFINITIONS|DATA_DIR|VERSION|PGP_KEY_ID|SKIP_SET_OWNER|DAEMON_\w+|INITIAL_\w+|BASE_DIR|BIN_DIR|CONF_DIR|VOLUME_DIR)$/,
    level: 'info',
    reason: 'this has no effect here',
  },
];

/** Sets what `readEnvironment` does not. An empty variable counts as not set. */
export function readRabbitmqVariables(env: NodeJS.ProcessEnv): SourceValues {
  const notices: ConfigNotice[] = [];
  const entries: ConfEntry[] = [];
  const wrong = [];
  for (const [name, value] of Object.entries(env)) {
    for (const [key, port] of (value && TURNED_ON[name]) || []) {
      entries.push({ path: key.split('.'), value: port, place: name });
    }
    if (!name.startsWith('RABBITMQ_') || !value || OPTION_NAMES.has(name) || READ_ELSEWHERE.test(name)) continue;
    if (Object.hasOwn(KEYS, name)) {
      entries.push({ path: KEYS[name](value).split('.'), value, place: name });
    } else if (ERLANG_ARGUMENTS.includes(name)) {
      const { rest, ...read } = readErlangArguments(name, value);
      entries.push(...read.entries);
      wrong.push(...read.problems);
      if (rest.length > 0)
        notices.push({ level: 'info', text: `${name}: ${rest.join(' ')}: there is no Erlang VM here` });
    } else if (PLUGINS.includes(name)) {
      notices.push(...pluginNotices(name, value.split(/[\s,]+/).filter(Boolean)));
    } else if (!SERVICE_LINK.test(name)) notices.push(explain(name));
  }
  const { values, problems, notices: ofKeys = [] } = interpret(entries);
  return { source: 'environment', values, problems: [...wrong, ...problems], notices: [...notices, ...ofKeys] };
}

const OPTION_NAMES = new Set(
  OPTIONS.flatMap(({ rabbitmqEnv = [], secretFile }) =>
    rabbitmqEnv.flatMap((name) => (secretFile ? [name, `${name}_FILE`] : [name])),
  ),
);

function explain(name: string): ConfigNotice {
  const known = EXPLAINED.find(({ names }) => names.test(name));
  if (known !== undefined) return { level: known.level, text: `${name}: ${known.reason}` };
  return { level: 'info', text: `${name}: no variable of the broker's: this has no effect` };
}
