/**
 * The one table of options. The command line, the environment, the config file, `--help` and the table of docs/configuration.md are all made
 * from it (a test compares it). A setting's name here is its key in the config file and its name in the library.
 */
import { LOG_LEVELS, type Config } from './config.ts';
import { LOG_FORMATS } from '../util/logger.ts';
import {
  bytesOrAuto,
  choice,
  flag,
  integer,
  limit,
  names,
  permissions,
  text,
  unless,
  type OptionType,
} from './option-types.ts';

/** What a source may set: the fields of Config, and `memory`, which takes `dataDir` away. */
export type Settings = Config & { readonly memory: boolean };
export type SettingName = keyof Settings;

export interface Option<Name extends SettingName = SettingName> {
  readonly name: Name;
  readonly flag: `--${string}`;
  readonly env: `LEVERET_${string}`;
  /** Names of the same variable in RabbitMQ and its images, read in this order if `env` is not set, so that a docker-compose file works unchanged. */
  readonly rabbitmqEnv?: readonly `RABBITMQ_${string}`[];
  /** True where all these variables have a `_FILE` twin that names a file holding the value (Docker secrets). */
  readonly secretFile?: true;
  readonly type: OptionType;
  /** The daemon's default. */
  readonly default: Settings[Name];
  /** Unit of the value; empty where it has none. */
  readonly unit: '' | 'bytes' | 'seconds' | 'milliseconds' | 'connections' | 'channels';
  /** One sentence without its full stop. */
  readonly description: string;
  /** The key in rabbitmq.conf, or what several begin with and `*`; empty if RabbitMQ has none. */
  readonly rabbitmq: string;
}

const MiB = 1024 * 1024;
const PORT = integer(0, 65535);
const ADDRESS = text('address', 255);

const table: { readonly [Name in SettingName]: Omit<Option<Name>, 'name'> } = {
  port: {
    flag: '--port',
    env: 'LEVERET_PORT',
    rabbitmqEnv: ['RABBITMQ_NODE_PORT', 'RABBITMQ_NODE_PORT_NUMBER'],
    type: PORT,
    default: 5672,
    unit: '',
    description: 'TCP port for AMQP; 0 takes any free port',
    rabbitmq: 'listeners.tcp.*',
  },
  host: {
    flag: '--host',
    env: 'LEVERET_HOST',
    rabbitmqEnv: ['RABBITMQ_NODE_IP_ADDRESS'],
    type: ADDRESS,
    default: '::',
    unit: '',
    description: 'Address to listen on; :: means every address, IPv4 included',
    rabbitmq: 'listeners.tcp.*',
  },
  managementPort: {
    flag: '--management-port',
    env: 'LEVERET_MANAGEMENT_PORT',
    rabbitmqEnv: ['RABBITMQ_MANAGEMENT_PORT_NUMBER', 'RABBITMQ_MANAGER_PORT_NUMBER'],
    type: unless('none', PORT),
    default: 15672,
    unit: '',
    description: 'TCP port for the HTTP API and the web page; 0 takes any free port, none is for neither',
    rabbitmq: 'management.tcp.port',
  },
  managementHost: {
    flag: '--management-host',
    env: 'LEVERET_MANAGEMENT_HOST',
    rabbitmqEnv: ['RABBITMQ_MANAGEMENT_BIND_IP', 'RABBITMQ_MANAGER_BIND_IP'],
    type: unless('same', ADDRESS),
    default: undefined,
    unit: '',
    description: 'Address to listen on for them; same is that of --host',
    rabbitmq: 'management.tcp.ip',
  },
  managementCorsOrigins: {
    flag: '--management-cors-origins',
    env: 'LEVERET_MANAGEMENT_CORS_ORIGINS',
    type: names(),
    default: Object.freeze([]),
    unit: '',
    description: 'Origins whose pages may use the HTTP API, separated by commas; * is all of them, none is none',
    rabbitmq: 'management.cors.allow_origins.*',
  },
  prometheusPort: {
    flag: '--prometheus-port',
    env: 'LEVERET_PROMETHEUS_PORT',
    type: unless('none', PORT),
    default: 15692,
    unit: '',
    description: 'TCP port for the metrics that Prometheus scrapes; 0 takes any free port, none is for none',
    rabbitmq: 'prometheus.tcp.port',
  },
  prometheusHost: {
    flag: '--prometheus-host',
    env: 'LEVERET_PROMETHEUS_HOST',
    type: unless('same', ADDRESS),
    default: undefined,
    unit: '',
    description: 'Address to listen on for it; same is that of --host',
    rabbitmq: 'prometheus.tcp.ip',
  },
  dataDir: {
    flag: '--data-dir',
    env: 'LEVERET_DATA_DIR',
    rabbitmqEnv: ['RABBITMQ_MNESIA_DIR', 'RABBITMQ_MNESIA_BASE'],
    type: text('folder'),
    default: 'leveret-data',
    unit: '',
    description: 'Folder of the durable state, created if missing',
    rabbitmq: '',
  },
  memory: {
    flag: '--memory',
    env: 'LEVERET_MEMORY',
    type: flag(),
    default: false,
    unit: '',
    description: 'Write nothing to disk; everything is gone at the stop',
    rabbitmq: '',
  },
  pidFile: {
    flag: '--pid-file',
    env: 'LEVERET_PID_FILE',
    rabbitmqEnv: ['RABBITMQ_PID_FILE'],
    type: unless('none', text('file')),
    default: undefined,
    unit: '',
    description: "File for the number of the daemon's process, written at the start and removed at the stop",
    rabbitmq: '',
  },
  logLevel: {
    flag: '--log-level',
    env: 'LEVERET_LOG_LEVEL',
    type: choice(LOG_LEVELS, 'level'),
    default: 'info',
    unit: '',
    description: `How much to log: ${LOG_LEVELS.join(', ')}`,
    rabbitmq: 'log.console.level',
  },
  logFormat: {
    flag: '--log-format',
    env: 'LEVERET_LOG_FORMAT',
    type: choice(LOG_FORMATS, 'format'),
    default: 'auto',
    unit: '',
    description: 'text for people, json for programs; auto is text in a terminal and JSON elsewhere',
    rabbitmq: 'log.console.formatter',
  },
  heartbeat: {
    flag: '--heartbeat',
    env: 'LEVERET_HEARTBEAT',
    type: integer(0, 65535),
    default: 60,
    unit: 'seconds',
    description: 'Heartbeat interval proposed to clients; 0 proposes none',
    rabbitmq: 'heartbeat',
  },
  frameMax: {
    flag: '--frame-max',
    env: 'LEVERET_FRAME_MAX',
    type: integer(4096, 128 * MiB),
    default: 131072,
    unit: 'bytes',
    description: 'Largest frame, at least 4096',
    rabbitmq: 'frame_max',
  },
  channelMax: {
    flag: '--channel-max',
    env: 'LEVERET_CHANNEL_MAX',
    type: integer(1, 65535),
    default: 2047,
    unit: 'channels',
    description: 'Most channels open at once on a connection',
    rabbitmq: 'channel_max',
  },
  maxMessageSize: {
    flag: '--max-message-size',
    env: 'LEVERET_MAX_MESSAGE_SIZE',
    type: integer(1, 512 * MiB),
    default: 128 * MiB,
    unit: 'bytes',
    description: 'Largest message body',
    rabbitmq: 'max_message_size',
  },
  memoryBudget: {
    flag: '--memory-budget',
    env: 'LEVERET_MEMORY_BUDGET',
    type: bytesOrAuto(8 * MiB),
    default: 'auto',
    unit: 'bytes',
    description: 'Messages kept in memory before they are paged out; auto is 40 % of what the machine or container has',
    rabbitmq: 'vm_memory_high_watermark.*',
  },
  diskFreeLimit: {
    flag: '--disk-free-limit',
    env: 'LEVERET_DISK_FREE_LIMIT',
    type: integer(0, Number.MAX_SAFE_INTEGER),
    default: 50_000_000,
    unit: 'bytes',
    description: 'Free disk space below which publishers are stopped; 0 for no limit',
    rabbitmq: 'disk_free_limit.*',
  },
  handshakeTimeout: {
    flag: '--handshake-timeout',
    env: 'LEVERET_HANDSHAKE_TIMEOUT',
    type: integer(1, 3_600_000),
    default: 10_000,
    unit: 'milliseconds',
    description: 'Time a client has to open its connection',
    rabbitmq: 'handshake_timeout',
  },
  consumerTimeout: {
    flag: '--consumer-timeout',
    env: 'LEVERET_CONSUMER_TIMEOUT',
    type: integer(0, Number.MAX_SAFE_INTEGER),
    default: 1_800_000,
    unit: 'milliseconds',
    description: 'Time a consumer has to acknowledge a delivery; 0 for ever',
    rabbitmq: 'consumer_timeout',
  },
  maxConnections: {
    flag: '--max-connections',
    env: 'LEVERET_MAX_CONNECTIONS',
    type: limit(1),
    default: Infinity,
    unit: 'connections',
    description: 'Most client connections at once',
    rabbitmq: 'connection_max',
  },
  definitions: {
    flag: '--definitions',
    env: 'LEVERET_DEFINITIONS',
    rabbitmqEnv: ['RABBITMQ_DEFINITIONS_FILE'],
    type: unless('none', text('file')),
    default: undefined,
    unit: '',
    description: "JSON file in RabbitMQ's form with users, vhosts, queues, policies to import at each start",
    rabbitmq: 'load_definitions',
  },
  defaultUser: {
    flag: '--default-user',
    env: 'LEVERET_DEFAULT_USER',
    rabbitmqEnv: ['RABBITMQ_DEFAULT_USER', 'RABBITMQ_USERNAME'],
    secretFile: true,
    type: text('name', 255),
    default: 'guest',
    unit: '',
    description: 'User created when the store is empty',
    rabbitmq: 'default_user',
  },
  defaultPass: {
    flag: '--default-pass',
    env: 'LEVERET_DEFAULT_PASS',
    rabbitmqEnv: ['RABBITMQ_DEFAULT_PASS', 'RABBITMQ_PASSWORD'],
    secretFile: true,
    type: text('password'),
    default: 'guest',
    unit: '',
    description: 'Password of that user; other users of the machine can see it on a command line',
    rabbitmq: 'default_pass',
  },
  defaultVhost: {
    flag: '--default-vhost',
    env: 'LEVERET_DEFAULT_VHOST',
    rabbitmqEnv: ['RABBITMQ_DEFAULT_VHOST', 'RABBITMQ_VHOST'],
    type: text('name', 255),
    default: '/',
    unit: '',
    description: 'Virtual host created when the store is empty',
    rabbitmq: 'default_vhost',
  },
  defaultUserTags: {
    flag: '--default-user-tags',
    env: 'LEVERET_DEFAULT_USER_TAGS',
    type: names(),
    default: Object.freeze(['administrator']),
    unit: '',
    description: 'Tags of that user, separated by commas; none for none',
    rabbitmq: 'default_user_tags.*',
  },
  defaultPermissions: {
    flag: '--default-permissions',
    env: 'LEVERET_DEFAULT_PERMISSIONS',
    type: permissions(),
    default: Object.freeze({ configure: '.*', write: '.*', read: '.*' }),
    unit: '',
    description: 'What that user may configure, write and read in its virtual host',
    rabbitmq: 'default_permissions.*',
  },
  loopbackUsers: {
    flag: '--loopback-users',
    env: 'LEVERET_LOOPBACK_USERS',
    type: names(),
    default: Object.freeze(['guest']),
    unit: '',
    description: 'Users that may connect from this machine only, separated by commas; none for nobody',
    rabbitmq: 'loopback_users.*',
  },
  product: {
    flag: '--product',
    env: 'LEVERET_PRODUCT',
    rabbitmqEnv: ['RABBITMQ_PRODUCT_NAME'],
    type: text('name', 255),
    default: 'RabbitMQ',
    unit: '',
    description: 'Product name told to clients; some choose their behaviour by it',
    rabbitmq: 'product.name',
  },
  productVersion: {
    flag: '--product-version',
    env: 'LEVERET_PRODUCT_VERSION',
    rabbitmqEnv: ['RABBITMQ_PRODUCT_VERSION'],
    type: text('version', 255),
    default: '3.13.7',
    unit: '',
    description: 'Version told to clients, likewise',
    rabbitmq: 'product.version',
  },
  clusterName: {
    flag: '--cluster-name',
    env: 'LEVERET_CLUSTER_NAME',
    type: text('name', 255),
    default: 'rabbit@localhost',
    unit: '',
    description: 'Cluster name told to clients',
    rabbitmq: 'cluster_name',
  },
};

/** Every option, in the order of the documentation. */
export const OPTIONS: readonly Option[] = (Object.keys(table) as SettingName[]).map(optionNamed);

export function optionNamed(name: SettingName): Option {
  return { name, ...table[name] };
}
