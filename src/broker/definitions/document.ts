/**
 * RabbitMQ's definitions.json: users, vhosts, permissions, parameters, policies, queues, exchanges and bindings in one
 * document, with RabbitMQ's names (RabbitMQ: Schema Definition Export and Import). Every key may be left out.
 */

export interface DefinitionsDocument {
  /** Version of the RabbitMQ that wrote the document, or that it is for. */
  readonly rabbit_version?: string;
  readonly rabbitmq_version?: string;
  readonly product_name?: string;
  readonly product_version?: string;
  /** Of the definitions of one vhost, whose entries do not name it. */
  readonly original_vhost_name?: string;
  readonly users?: readonly UserDefinition[];
  readonly vhosts?: readonly VhostDefinition[];
  readonly permissions?: readonly PermissionDefinition[];
  readonly topic_permissions?: readonly TopicPermissionDefinition[];
  readonly parameters?: readonly ParameterDefinition[];
  readonly global_parameters?: readonly GlobalParameterDefinition[];
  readonly policies?: readonly PolicyDefinition[];
  readonly queues?: readonly QueueDefinition[];
  readonly exchanges?: readonly ExchangeDefinition[];
  readonly bindings?: readonly BindingDefinition[];
}

export interface UserDefinition {
  readonly name: string;
  /** Base64 of a 4-byte salt and the hash of salt and password; empty, or without a password too missing, if no password is right. */
  readonly password_hash?: string;
  /**
   * `rabbit_password_hashing_sha256`, `..._sha512` or `..._md5`. By default that of the document's version, MD5 before 3.6 and SHA-256
   * from then on, or the only one whose hashes are as long.
   */
  readonly hashing_algorithm?: string;
  /** In place of the hash. */
  readonly password?: string;
  /** `administrator`, `impersonator` and others, in a list or separated by commas. */
  readonly tags?: readonly string[] | string;
  /** `max-connections`, `max-channels`. */
  readonly limits?: LimitsDocument;
}

export interface VhostDefinition {
  readonly name: string;
  readonly description?: string;
  readonly tags?: readonly string[] | string;
  /** `classic`, `quorum` or `stream`. */
  readonly default_queue_type?: string;
  /** The vhost cannot be deleted. */
  readonly protected_from_deletion?: boolean;
  /** May hold description, tags, default_queue_type and protected_from_deletion in place of the keys above. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** `max-connections`, `max-queues`. */
  readonly limits?: LimitsDocument;
}

/** RabbitMQ writes an empty list for no limits. */
type LimitsDocument = Readonly<Record<string, number>> | readonly never[];

/** Regular expressions for the names of exchanges and queues. */
export interface PermissionDefinition {
  readonly user: string;
  readonly vhost?: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** Regular expressions for routing keys. */
export interface TopicPermissionDefinition {
  readonly user: string;
  readonly vhost?: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

/** Limits of vhosts (component `vhost-limits`), operator policies (`operator_policy`), and what other components keep. */
export interface ParameterDefinition {
  readonly component: string;
  readonly vhost?: string;
  readonly name: string;
  readonly value: unknown;
}

export interface GlobalParameterDefinition {
  readonly name: string;
  readonly value: unknown;
}

export interface PolicyDefinition {
  readonly vhost?: string;
  readonly name: string;
  readonly pattern: string;
  /** 0 by default. */
  readonly priority?: number;
  /** `all` by default. */
  readonly 'apply-to'?: string;
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface QueueDefinition {
  readonly vhost?: string;
  readonly name: string;
  /** True by default. */
  readonly durable?: boolean;
  readonly auto_delete?: boolean;
  /** `quorum` or `stream` count if the arguments name no type. */
  readonly type?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

export interface ExchangeDefinition {
  readonly vhost?: string;
  readonly name: string;
  readonly type: string;
  /** True by default. */
  readonly durable?: boolean;
  readonly auto_delete?: boolean;
  readonly internal?: boolean;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

export interface BindingDefinition {
  readonly vhost?: string;
  readonly source: string;
  readonly destination: string;
  /** `queue` or `exchange`. */
  readonly destination_type: string;
  readonly routing_key?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}
