/** From a definitions document to what the broker is to have: every value checked for its type, with where it stood. */
import { toFieldTable } from '../../codec/field-table.ts';
import { EMPTY_TABLE, type FieldTable } from '../../protocol/field-table.ts';
import type { PermissionRecord, UserRecord } from '../../store/records.ts';
import { QUEUE_TYPES } from '../arguments/queue-type.ts';
import { checkUserLimits, checkVhostLimits } from '../access/limits.ts';
import type { VhostSpec } from '../topology/node.ts';
import { DEFAULT_HASHING_ALGORITHM, HASHING_ALGORITHMS, hashBytes, userWithPassword } from '../access/passwords.ts';
import type { TopicPermissionRecord } from '../access/permissions.ts';
import type { ApplyTo, Policy } from '../policy/policy.ts';
import type { ExchangeDeclaration } from '../topology/create.ts';
import type { BindingSpec } from '../routing/exchange/binding.ts';
import type { Finding } from './reader.ts';
import { oneLine, Reader } from './reader.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** An entry with its JSON path. */
export type At<Entry> = Entry & { readonly at: string };

export interface DefinitionSet {
  readonly users: readonly At<{ readonly record: UserRecord; readonly limits: JsonObject }>[];
  readonly vhosts: readonly At<{ readonly spec: VhostSpec; readonly limits: JsonObject | undefined }>[];
  readonly permissions: readonly At<{ readonly record: PermissionRecord }>[];
  readonly topicPermissions: readonly At<{ readonly record: TopicPermissionRecord }>[];
  readonly parameters: readonly At<{ component: string; vhost: string; name: string; value: unknown }>[];
  readonly globalParameters: readonly At<{ readonly name: string; readonly value: unknown }>[];
  readonly policies: readonly At<{ readonly vhost: string; readonly policy: Policy }>[];
  readonly queues: readonly At<QueueEntry>[];
  readonly exchanges: readonly At<{ readonly vhost: string; readonly declaration: ExchangeDeclaration }>[];
  readonly bindings: readonly At<{ readonly vhost: string; readonly spec: BindingSpec }>[];
}

export interface QueueEntry {
  readonly vhost: string;
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly arguments: FieldTable;
}

/**
 * With `vhost` the document is that of one vhost: its entries name none, and users, vhosts and permissions are no part of it.
 * What is wrong is added to `problems`.
 */
export function parseDefinitions(document: unknown, vhost: string | undefined, problems: Finding[]): DefinitionSet {
  const root = new Reader(document, problems);
  root.object();
  const read = <Entry>(section: string, entry: (item: Reader) => Entry): At<Entry>[] =>
    root
      .field(section)
      .items()
      .map((item) => {
        item.object();
        return { ...entry(item), at: item.path };
      });
  const readGlobal: typeof read = (section, entry) => (vhost === undefined ? read(section, entry) : []);
  const inVhost = (item: Reader): string => (vhost === undefined ? item.field('vhost').name() : vhost);
  return {
    users: readGlobal('users', readUser),
    vhosts: readGlobal('vhosts', readVhost),
    permissions: readGlobal('permissions', (item) => ({ record: readPermission(item, inVhost(item)) })),
    topicPermissions: readGlobal('topic_permissions', (item) => ({ record: readTopicPermission(item, inVhost(item)) })),
    parameters: read('parameters', (item) => ({
      component: item.field('component').name(),
      vhost: inVhost(item),
      name: item.field('name').name(),
      value: readValue(item.field('value')),
    })),
    globalParameters: readGlobal('global_parameters', (item) => ({
      name: item.field('name').name(),
      value: readValue(item.field('value')),
    })),
    policies: read('policies', (item) => ({
      vhost: inVhost(item),
      policy: readPolicy(item.field('name').name(), item),
    })),
    queues: read('queues', (item) => ({ vhost: inVhost(item), ...readQueue(item) })),
    exchanges: read('exchanges', (item) => ({ vhost: inVhost(item), declaration: readExchange(item) })),
    bindings: read('bindings', (item) => ({ vhost: inVhost(item), spec: readBinding(item) })),
  };
}

/** Pattern, definition, priority and apply-to: the value of an operator policy's parameter too. */
export function readPolicy(name: string, item: Reader): Policy {
  return {
    name,
    pattern: item.field('pattern').string(),
    definition: item.field('definition').object(),
    priority: item.field('priority').integer(0),
    applyTo: item.field('apply-to').string('all') as ApplyTo,
  };
}

function readUser(item: Reader): { record: UserRecord; limits: JsonObject } {
  const name = item.field('name').name();
  const tags = item.field('tags').words();
  const limits = readLimits(item.field('limits'), checkUserLimits) ?? {};
  const [password, hash] = [item.field('password'), item.field('password_hash')];
  if (!hash.present && password.present) {
    if (password.value === '') password.problem('must not be empty');
    return { record: userWithPassword(name, password.string(), tags), limits };
  }
  if (!hash.present) item.problem('must have a password_hash or a password');
  const passwordHash = hash.string('');
  const algorithm = item.field('hashing_algorithm');
  const hashingAlgorithm = algorithm.string(DEFAULT_HASHING_ALGORITHM);
  const bytes = hashBytes(hashingAlgorithm);
  if (bytes === undefined) algorithm.wrong(`one of ${[...HASHING_ALGORITHMS.keys()].join(', ')}`);
  else if (passwordHash !== '' && Buffer.from(passwordHash, 'base64').length !== bytes) {
    hash.problem(`must be base64 of the ${bytes} bytes of a salt and its hash, or empty`);
  }
  return { record: { name, passwordHash, hashingAlgorithm, tags }, limits };
}

function readVhost(item: Reader): { spec: VhostSpec; limits: JsonObject | undefined } {
  const metadata = item.field('metadata');
  metadata.object({});
  const either = (name: string): Reader => (item.field(name).present ? item.field(name) : metadata.field(name));
  const type = either('default_queue_type');
  // RabbitMQ writes "undefined" where it has none.
  const isNone = type.value === 'undefined' || !type.present;
  const defaultQueueType = isNone ? undefined : QUEUE_TYPES.find((known) => known === type.value);
  if (!isNone && defaultQueueType === undefined) type.wrong(`one of ${QUEUE_TYPES.join(', ')}`);
  const spec = {
    name: item.field('name').name(),
    description: either('description').string(''),
    tags: either('tags').words(),
    defaultQueueType,
  };
  return { spec, limits: readLimits(item.field('limits'), checkVhostLimits) };
}

function readLimits(item: Reader, check: (limits: JsonObject) => void): JsonObject | undefined {
  if (!item.present) return undefined;
  const limits = item.object();
  try {
    check(limits);
  } catch (error) {
    item.problem(oneLine(error as Error));
  }
  return limits;
}

function readPermission(item: Reader, vhost: string): PermissionRecord {
  const pattern = (name: string): string => item.field(name).string();
  const user = item.field('user').name();
  return { user, vhost, configure: pattern('configure'), write: pattern('write'), read: pattern('read') };
}

function readTopicPermission(item: Reader, vhost: string): TopicPermissionRecord {
  const user = item.field('user').name();
  const exchange = item.field('exchange').string();
  return { user, vhost, exchange, write: item.field('write').string(), read: item.field('read').string() };
}

function readValue(item: Reader): unknown {
  if (item.value === undefined) item.wrong('any JSON value');
  return item.value ?? null;
}

function readQueue(item: Reader): Omit<QueueEntry, 'vhost'> {
  return {
    name: item.field('name').name(),
    durable: item.field('durable').boolean(true),
    autoDelete: item.field('auto_delete').boolean(false),
    arguments: readArguments(item),
  };
}

function readExchange(item: Reader): ExchangeDeclaration {
  return {
    name: item.field('name').string(),
    type: item.field('type').name(),
    durable: item.field('durable').boolean(true),
    autoDelete: item.field('auto_delete').boolean(false),
    internal: item.field('internal').boolean(false),
    arguments: readArguments(item),
  };
}

function readBinding(item: Reader): BindingSpec {
  const kind = item.field('destination_type');
  const destinationKind = kind.string();
  if (kind.present && destinationKind !== 'queue' && destinationKind !== 'exchange') kind.wrong('queue or exchange');
  return {
    source: item.field('source').string(),
    destinationKind: destinationKind === 'exchange' ? 'exchange' : 'queue',
    destination: item.field('destination').name(),
    routingKey: item.field('routing_key').string(''),
    arguments: readArguments(item),
  };
}

function readArguments(item: Reader): FieldTable {
  const args = item.field('arguments');
  try {
    return toFieldTable(args.object({}));
  } catch (error) {
    args.problem((error as Error).message);
    return EMPTY_TABLE;
  }
}
