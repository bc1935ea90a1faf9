/** What rabbitmqadmin of RabbitMQ 3.x lists, declares, deletes, closes, purges and sends: names of arguments, defaults, and paths of the API. */

export interface Listing {
  /** True if it is listed by vhost. */
  readonly vhost?: true;
  /** Shown if nothing else is asked for. */
  readonly columns?: readonly string[];
  /** Objects that are one column. */
  readonly json?: readonly string[];
}

export const LISTABLE: Readonly<Record<string, Listing>> = {
  connections: { columns: ['name', 'user', 'channels'] },
  channels: { columns: ['name', 'user'] },
  consumers: { vhost: true },
  exchanges: { vhost: true, columns: ['name', 'type'] },
  queues: { vhost: true, columns: ['name', 'messages'] },
  bindings: { vhost: true, columns: ['source', 'destination', 'routing_key'] },
  users: {},
  vhosts: { columns: ['name', 'messages'] },
  permissions: {},
  nodes: { columns: ['name', 'type', 'mem_used'] },
  parameters: { json: ['value'] },
  policies: { json: ['definition'] },
  operator_policies: { json: ['definition'] },
  vhost_limits: { json: ['value'] },
};

export const SHOWABLE: Readonly<Record<string, Listing>> = {
  overview: { columns: ['rabbitmq_version', 'cluster_name', 'queue_totals.messages', 'object_totals.queues'] },
};

export interface Action {
  readonly path: string;
  /** One of several may be given for those in a list of their own. */
  readonly needed: readonly (string | readonly string[])[];
  /** By their defaults; undefined has none. */
  readonly optional?: Readonly<Record<string, unknown>>;
  /** Those that are written as JSON. */
  readonly json?: readonly string[];
}

export type Actions = Readonly<Record<string, Action>>;

const POLICY = {
  needed: ['name', 'pattern', 'definition'],
  json: ['definition', 'priority'],
  optional: { priority: 0, 'apply-to': undefined },
};

const PATHS = {
  exchange: '/exchanges/{vhost}/{name}',
  queue: '/queues/{vhost}/{name}',
  binding: '/bindings/{vhost}/e/{source}/{destination_char}/{destination}',
  vhost: '/vhosts/{name}',
  user: '/users/{name}',
  permission: '/permissions/{vhost}/{user}',
  parameter: '/parameters/{component}/{vhost}/{name}',
  policy: '/policies/{vhost}/{name}',
  operator_policy: '/operator-policies/{vhost}/{name}',
  vhost_limit: '/vhost-limits/{vhost}/{name}',
};

export const DECLARABLE: Actions = {
  exchange: {
    path: PATHS.exchange,
    needed: ['name', 'type'],
    json: ['arguments'],
    optional: { auto_delete: 'false', durable: 'true', internal: 'false', arguments: {} },
  },
  queue: {
    path: PATHS.queue,
    needed: ['name'],
    json: ['arguments'],
    optional: { auto_delete: 'false', durable: 'true', arguments: {}, node: undefined, queue_type: undefined },
  },
  binding: {
    path: PATHS.binding,
    needed: ['source', 'destination'],
    json: ['arguments'],
    optional: { destination_type: 'queue', routing_key: '', arguments: {} },
  },
  vhost: { path: PATHS.vhost, needed: ['name'], optional: { tracing: undefined } },
  user: {
    path: PATHS.user,
    needed: ['name', ['password', 'password_hash'], 'tags'],
    optional: { hashing_algorithm: undefined },
  },
  permission: { path: PATHS.permission, needed: ['vhost', 'user', 'configure', 'write', 'read'] },
  parameter: { path: PATHS.parameter, needed: ['component', 'name', 'value'], json: ['value'] },
  policy: { path: PATHS.policy, ...POLICY },
  operator_policy: { path: PATHS.operator_policy, ...POLICY },
  vhost_limit: { path: PATHS.vhost_limit, needed: ['vhost', 'name', 'value'], json: ['value'] },
};

export const DELETABLE: Actions = {
  exchange: { path: PATHS.exchange, needed: ['name'] },
  queue: { path: PATHS.queue, needed: ['name'] },
  binding: {
    path: `${PATHS.binding}/{properties_key}`,
    needed: ['source', 'destination_type', 'destination'],
    optional: { properties_key: '~' },
  },
  vhost: { path: PATHS.vhost, needed: ['name'] },
  user: { path: PATHS.user, needed: ['name'] },
  permission: { path: PATHS.permission, needed: ['vhost', 'user'] },
  parameter: { path: PATHS.parameter, needed: ['component', 'name'] },
  policy: { path: PATHS.policy, needed: ['name'] },
  operator_policy: { path: PATHS.operator_policy, needed: ['name'] },
  vhost_limit: { path: PATHS.vhost_limit, needed: ['vhost', 'name'] },
};

export const CLOSABLE: Actions = { connection: { path: '/connections/{name}', needed: ['name'] } };

export const PURGABLE: Actions = { queue: { path: '/queues/{vhost}/{name}/contents', needed: ['name'] } };

export const PUBLISH: Action = {
  path: '/exchanges/{vhost}/{exchange}/publish',
  needed: ['routing_key'],
  optional: { payload: undefined, properties: {}, exchange: 'amq.default', payload_encoding: 'string' },
  json: ['properties'],
};

export const GET: Action = {
  path: '/queues/{vhost}/{queue}/get',
  needed: ['queue'],
  optional: { count: '1', ackmode: 'ack_requeue_true', payload_file: undefined, encoding: 'auto' },
};
