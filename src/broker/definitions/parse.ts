/** From a definitions document to what the broker is to have: every value checked for its type, with where it stood. */
import { toFieldTable } from '../../codec/field-table.ts';
import { EMPTY_TABLE, type FieldTable } from '../../protocol/field-table.ts';
import type { PermissionRecord, UserRecord } from '../../store/stored-records.ts';
import { VHOST_LIMITS } from '../access/access-limits.ts';
import { QUEUE_TYPE } from '../arguments/queue-type.ts';
import type { TopicPermissionRecord } from '../access/permissions.ts';
import type { ApplyTo, Policy } from '../policy/policy.ts';
import type { ExchangeDeclaration } from '../topology/create-exchange.ts';
import type { BindingSpec } from '../routing/exchange/binding.ts';
import type { Steps } from '../../util/steps.ts';
import type { JsonObject } from './read-limits.ts';
import { readPermission, readTopicPermission, readUser } from './read-users.ts';
import { readVhost, soleVhost, type VhostEntry } from './read-vhosts.ts';
import { type Findings, JsonCursor } from './json-cursor.ts';

const SECTIONS = [
  'users',
  'vhosts',
  'permissions',
  'topic_permissions',
  'parameters',
  'global_parameters',
  'policies',
  'queues',
  'exchanges',
  'bindings',
];
/** What RabbitMQ writes of the vhost beside the sections if the definitions are those of one. */
const OF_SOLE_VHOST = ['metadata', 'limits', 'tags'];

/** An entry with its JSON path. */
export type At<Entry> = Entry & { readonly at: string };

export interface DefinitionSet {
  readonly users: readonly At<{ readonly record: UserRecord; readonly limits: JsonObject }>[];
  readonly vhosts: readonly At<VhostEntry>[];
  /** Of vhosts, from their own entries and from the parameters. */
  readonly limits: readonly At<{ readonly vhost: string; readonly limits: JsonObject }>[];
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

/** Which vhost the entries are of if they do not say so themselves. */
export interface Scope {
  /** The document is that of one vhost: its entries name none, and users, vhosts and permissions are no part of it. */
  readonly vhost?: string | undefined;
  /** For a document that turns out to be that of one vhost, and does not say which. */
  readonly defaultVhost?: string | undefined;
}

/** What is wrong, or odd, is added to `findings`. */
export function* parseDefinitions(document: unknown, scope: Scope, findings: Findings): Steps<DefinitionSet> {
  const root = new JsonCursor(document, findings);
  root.object();
  warnOfUnknown(root);
  const sole = scope.vhost === undefined ? soleVhost(root, scope.defaultVhost) : undefined;
  const vhost = scope.vhost ?? sole?.spec.name;
  const read = function* <Entry>(section: string, entry: (item: JsonCursor) => Entry): Steps<At<Entry>[]> {
    const entries: At<Entry>[] = [];
    for (const item of root.field(section).items()) {
      item.object();
      entries.push({ ...entry(item), at: item.path });
      yield;
    }
    return entries;
  };
  const readGlobal = function* <Entry>(section: string, entry: (item: JsonCursor) => Entry): Steps<At<Entry>[]> {
    return vhost === undefined ? yield* read(section, entry) : [];
  };
  const inVhost = (item: JsonCursor): string => (vhost === undefined ? item.field('vhost').name() : vhost);
  const version = versionOf(root);
  const vhosts = sole === undefined ? yield* readGlobal('vhosts', readVhost) : [{ ...sole, at: root.path }];
  const parameters = yield* read('parameters', (item) => ({
    component: item.field('component').name(),
    vhost: inVhost(item),
    name: item.field('name').name(),
    value: item.field('value'),
  }));
  return {
    users: yield* readGlobal('users', (item) => readUser(item, version)),
    vhosts,
    limits: [
      ...vhosts.flatMap(({ spec: { name }, limits, at }) =>
        limits === undefined ? [] : [{ vhost: name, limits, at }],
      ),
      ...parameters
        .filter(({ component }) => component === VHOST_LIMITS)
        .map(({ value, ...entry }) => ({ ...entry, limits: value.object() })),
    ],
    permissions: yield* readGlobal('permissions', (item) => ({ record: readPermission(item, inVhost(item)) })),
    topicPermissions: yield* readGlobal('topic_permissions', (item) => ({
      record: readTopicPermission(item, inVhost(item)),
    })),
    parameters: parameters
      .filter(({ component }) => component !== VHOST_LIMITS)
      .map(({ value, ...entry }) => ({ ...entry, value: value.json() })),
    globalParameters: yield* readGlobal('global_parameters', (item) => ({
      name: item.field('name').name(),
      value: item.field('value').json(),
    })),
    policies: yield* read('policies', (item) => ({
      vhost: inVhost(item),
      policy: readPolicy(item.field('name').name(), item),
    })),
    queues: yield* read('queues', (item) => ({ vhost: inVhost(item), ...readQueue(item) })),
    exchanges: yield* read('exchanges', (item) => ({ vhost: inVhost(item), declaration: readExchange(item) })),
    bindings: yield* read('bindings', (item) => ({ vhost: inVhost(item), spec: readBinding(item) })),
  };
}

/** RabbitMQ ignores what it does not know without a word. Its name may be misspelt. */
function warnOfUnknown(root: JsonCursor): void {
  for (const [name, value] of Object.entries(root.value ?? {})) {
    if (SECTIONS.includes(name) || OF_SOLE_VHOST.includes(name)) continue;
    if (typeof value === 'object' && value !== null) root.field(name).warn('is no section of definitions, and ignored');
  }
}

/** Of the RabbitMQ that wrote the document; empty if it does not say. */
function versionOf(root: JsonCursor): string {
  return (
    ['rabbit_version', 'rabbitmq_version'].map((name) => root.field(name).string('')).find((text) => text !== '') ?? ''
  );
}

/** Pattern, definition, priority and apply-to: the value of an operator policy's parameter too. */
export function readPolicy(name: string, item: JsonCursor): Policy {
  return {
    name,
    pattern: item.field('pattern').string(),
    definition: item.field('definition').object(),
    priority: item.field('priority').integer(0),
    applyTo: item.field('apply-to').string('all') as ApplyTo,
  };
}

function readQueue(item: JsonCursor): Omit<QueueEntry, 'vhost'> {
  return {
    name: item.field('name').name(),
    durable: item.field('durable').boolean(true),
    autoDelete: item.field('auto_delete').boolean(false),
    arguments: withType(readArguments(item), item.field('type').string('')),
  };
}

/** RabbitMQ up to 3.12 keeps no argument for the type that a queue has by its vhost, and on import loses the type. */
function withType(args: FieldTable, type: string): FieldTable {
  if (args.has(QUEUE_TYPE) || (type !== 'quorum' && type !== 'stream')) return args;
  return new Map([...args, [QUEUE_TYPE, { type: 'longstr', value: type }]]);
}

function readExchange(item: JsonCursor): ExchangeDeclaration {
  return {
    name: item.field('name').string(),
    type: item.field('type').name(),
    durable: item.field('durable').boolean(true),
    autoDelete: item.field('auto_delete').boolean(false),
    internal: item.field('internal').boolean(false),
    arguments: readArguments(item),
  };
}

function readBinding(item: JsonCursor): BindingSpec {
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

function readArguments(item: JsonCursor): FieldTable {
  const args = item.field('arguments');
  try {
    return toFieldTable(args.object({}));
  } catch (error) {
    args.problem((error as Error).message);
    return EMPTY_TABLE;
  }
}
