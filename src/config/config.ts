/**
 * The broker's settings as the rest of the program sees them: one frozen object, complete and valid.
 * The table in options.ts says where each comes from; nothing outside config/ reads the environment or a file.
 */
import type { Profile } from './profile.ts';
import type { LogFormat } from '../util/logger.ts';
import type { ListenerConfig } from './listener-config.ts';
import type { LoginConfig } from './login-config.ts';
import type { AuthConfig } from './auth-config.ts';
import type { OAuthConfig } from './oauth-config.ts';
import type { PasswordConfig } from './password-config.ts';
import type { StoreConfig } from './store-config.ts';
import type { TlsConfig } from './tls-config.ts';

/** Log levels, least to most talkative. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Share of the memory there is that a `memoryBudget` of `auto` comes to. */
export const MEMORY_SHARE = 0.4;

export interface Permissions {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** Defaults and limits: options.ts, for the daemon; embed/options.ts, where the library's differ. */
export interface Config
  extends ListenerConfig, TlsConfig, LoginConfig, PasswordConfig, AuthConfig, OAuthConfig, StoreConfig {
  /** Folder of the durable state. Undefined: everything is kept in memory and gone at the stop. */
  readonly dataDir: string | undefined;
  /** Where the key is that the store is sealed with; undefined: it is not sealed. A broker in memory has no use for it. */
  readonly storeKey: string | undefined;
  /** File for the number of the daemon's process; undefined for none. The library writes none. */
  readonly pidFile: string | undefined;
  readonly logLevel: LogLevel;
  /** `auto` is text in a terminal and JSON elsewhere. */
  readonly logFormat: LogFormat;
  /** Heartbeat interval proposed in connection.tune, in seconds; 0 proposes none (specification section 4.2.7). */
  readonly heartbeat: number;
  /** Largest frame accepted and sent, in bytes with its 8 bytes of framing, at least 4096 (specification section 4.2.3). */
  readonly frameMax: number;
  /** Most channels open at once on a connection, 1 to 65535. */
  readonly channelMax: number;
  /** Largest message body accepted, in bytes; a larger one closes its channel with 406. */
  readonly maxMessageSize: number;
  /** Bytes of messages in memory from which on they are paged out; `auto` is 40 % of the machine's or the container's memory. */
  readonly memoryBudget: number | 'auto';
  /** Free bytes on the data folder's disk below which publishers are stopped; 0 for no limit (RabbitMQ: Memory and Disk Alarms). */
  readonly diskFreeLimit: number;
  /** Time a client has from connecting until connection.open, in milliseconds. */
  readonly handshakeTimeout: number;
  /**
   * How long a delivery may wait for its acknowledgement before its channel is closed with 406, in milliseconds; 0 for ever. Queues
   * and consumers may have their own (RabbitMQ: Consumers, "Delivery Acknowledgement Timeout").
   */
  readonly consumerTimeout: number;
  /** Most client connections at once; Infinity for no limit. */
  readonly maxConnections: number;
  /** File with definitions to import at every start, in RabbitMQ's form; undefined for none. */
  readonly definitions: string | undefined;
  /** User created on the first start with an empty store. */
  readonly defaultUser: string;
  readonly defaultPass: string;
  /** Vhost created on the first start with an empty store. */
  readonly defaultVhost: string;
  /** Tags of the default user. */
  readonly defaultUserTags: readonly string[];
  /** What the default user may do in the default vhost: regular expressions for names of exchanges and queues. */
  readonly defaultPermissions: Permissions;
  /** Users that may connect from this machine only (RabbitMQ's Access Control guide). */
  readonly loopbackUsers: readonly string[];
  /** The version of RabbitMQ whose rules hold: what it refuses is refused. See profile.ts. */
  readonly profile: Profile;
  /** Deprecated features that are taken though the version would refuse them, and the other way round, by RabbitMQ's names. */
  readonly permitFeatures: readonly string[];
  readonly denyFeatures: readonly string[];
  /** `product` in the server properties. Clients such as kombu choose their behaviour by it. */
  readonly product: string;
  /** `version` in the server properties, likewise. */
  readonly productVersion: string;
  /** `cluster_name` in the server properties. */
  readonly clusterName: string;
}
