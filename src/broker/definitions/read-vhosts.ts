/** Vhosts as definitions have them, and which vhost a document is of that names none. */
import { checkVhostLimits } from '../access/access-limits.ts';
import { QUEUE_TYPES } from '../arguments/queue-type.ts';
import type { VhostSpec } from '../topology/vhosts.ts';
import { type JsonObject, readLimits } from './read-limits.ts';
import { JsonCursor } from './json-cursor.ts';

export interface VhostEntry {
  readonly spec: VhostSpec;
  readonly limits: JsonObject | undefined;
  /** Nothing is said of it but its name: a vhost that exists stays as it is. */
  readonly onlyNamed: boolean;
}

/** Sections that are of the whole broker, and no part of the definitions of one vhost. */
const OF_BROKER = ['users', 'vhosts', 'permissions', 'topic_permissions', 'global_parameters'];
/** Sections whose entries name their vhost in the definitions of a broker, and not in those of one vhost. */
const IN_VHOST = ['queues', 'exchanges', 'bindings'];
/** Sections whose entries name it in those of one vhost too, if RabbitMQ wrote them. */
const NAMING_VHOST = ['parameters', 'policies'];

export function readVhost(item: JsonCursor): VhostEntry {
  return readVhostNamed(item.field('name').name(), item);
}

function readVhostNamed(name: string, item: JsonCursor): VhostEntry {
  const metadata = item.field('metadata');
  metadata.object({});
  const either = (key: string): JsonCursor => (item.field(key).present ? item.field(key) : metadata.field(key));
  const type = either('default_queue_type');
  // RabbitMQ writes "undefined" if it has none.
  const isNone = type.value === 'undefined' || !type.present;
  const defaultQueueType = isNone ? undefined : QUEUE_TYPES.find((known) => known === type.value);
  if (!isNone && defaultQueueType === undefined) type.wrong(`one of ${QUEUE_TYPES.join(', ')}`);
  if (either('tracing').value === true) either('tracing').warn('is not supported, and ignored');
  const isProtected = either('protected_from_deletion');
  const spec = {
    name,
    description: either('description').string(''),
    tags: either('tags').words(),
    defaultQueueType,
    protectedFromDeletion: isProtected.present ? isProtected.boolean(false) : undefined,
  };
  return { spec, limits: readLimits(item.field('limits'), checkVhostLimits), onlyNamed: false };
}

/**
 * The vhost whose definitions alone the document has: RabbitMQ's export of one vhost does not say at each entry which. From 4.0 on the
 * document names it; before that its parameters and policies do, if there are any. Undefined for the definitions of a broker.
 */
export function soleVhost(root: JsonCursor, byDefault: string | undefined): VhostEntry | undefined {
  if (entriesOf(root, OF_BROKER).next().done !== true) return undefined;
  const original = root.field('original_vhost_name');
  if (original.present) return noted(root, readVhostNamed(original.name(), root));
  let isNamed = true;
  for (const entry of entriesOf(root, IN_VHOST)) {
    if (entry.field('vhost').present) return undefined;
    isNamed = false;
  }
  for (const entry of entriesOf(root, ['policies'])) isNamed &&= entry.field('vhost').present;
  if (isNamed) return undefined;
  const told = Array.from(entriesOf(root, NAMING_VHOST), (entry) => entry.field('vhost')).find(
    ({ present }) => present,
  );
  const name = told?.name() ?? byDefault;
  if (name === undefined) return undefined;
  const spec = { name, description: '', tags: [], defaultQueueType: undefined };
  return noted(root, { spec, limits: undefined, onlyNamed: true });
}

function noted(root: JsonCursor, entry: VhostEntry): VhostEntry {
  root.warn(`has the definitions of one vhost, which go into '${entry.spec.name}'`);
  return entry;
}

/** All entries of some sections, which are only looked at: what is wrong with them is noted when they are read. */
function* entriesOf({ value }: JsonCursor, sections: readonly string[]): Generator<JsonCursor> {
  const root = new JsonCursor(value, { problems: [], warnings: [] });
  for (const section of sections) yield* root.field(section).items();
}
