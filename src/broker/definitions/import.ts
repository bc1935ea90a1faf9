/**
 * Importing definitions: all or nothing, and in time slices, as there may be very many. They are first given to a node that stores nothing and has
 * what the real one has under the same names. What changes there is what the import comes to; only if it meets no problem does the real one get it.
 */
import { NullStore } from '../../store/null-store.ts';
import type { Steps } from '../../util/steps.ts';
import { limitOf } from '../access/access-limits.ts';
import { ALL_PERMISSIONS } from '../../config/all-permissions.ts';
import { doInSlices } from '../scheduling/sliced-steps.ts';
import { BrokerNode } from '../topology/broker-node.ts';
import { createDefaultUser, createDefaultVhost, type NodeDefaults } from '../topology/node-defaults.ts';
import { applyDefinitions } from './apply.ts';
import { DefinitionsError } from './definitions-error.ts';
import { hashPasswords } from './hash-passwords.ts';
import { finishChanges, makeChanges } from './make-changes.ts';
import { type DefinitionSet, parseDefinitions, type Scope } from './parse.ts';
import { type Finding, type Findings, oneLine } from './json-cursor.ts';
import type { Change } from '../topology/change.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';

export interface ImportOptions extends Scope {
  /** What a blank node gets before the import, unless the document has users, or vhosts, of its own. */
  readonly defaults?: NodeDefaults | undefined;
}

/** Imports that have begun, the last of each node: the next begins when it has ended. */
const lastImports = new WeakMap<BrokerNode, Promise<unknown>>();

/**
 * Gives the node what the document says, and the defaults to a blank one. Resolves to what was skipped or differs.
 * @throws DefinitionsError with every problem that was found; then nothing has changed
 */
export async function importDefinitions(
  node: BrokerNode,
  document: unknown,
  options: ImportOptions = {},
): Promise<readonly Finding[]> {
  const findings: Findings = { problems: [], warnings: [] };
  const hashed = await hashPasswords(document, node.passwords, findings);
  const before = lastImports.get(node);
  const mine = (async () => {
    await before?.catch(() => undefined);
    return doInSlices(importSteps(node, hashed, options, findings), node.timeSlices);
  })();
  lastImports.set(node, mine);
  return mine;
}

/** Of a node that has recovered: what it was about to import when it ended. Resolves to what could not be made of that. */
export async function finishImport(node: BrokerNode): Promise<readonly string[]> {
  const { obstacles, defects } = await doInSlices(finishChanges(node), node.timeSlices);
  return [...obstacles, ...defects.map((error) => `failed: ${oneLine(error as Error)}`)];
}

function* importSteps(
  node: BrokerNode,
  document: unknown,
  options: ImportOptions,
  findings: Findings,
): Steps<readonly Finding[]> {
  const set = yield* parseDefinitions(document, options, findings);
  stopAt(findings);
  const changes = yield* rehearse(node, set, options, findings);
  try {
    for (const text of yield* makeChanges(node, changes)) findings.warnings.push({ path: '$', text });
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    throw new DefinitionsError([{ path: '$', text: oneLine(error) }]);
  }
  return findings.warnings;
}

/** What the definitions change. Throws DefinitionsError for what the node would not take. */
function* rehearse(
  node: BrokerNode,
  set: DefinitionSet,
  options: ImportOptions,
  findings: Findings,
): Steps<readonly Change[]> {
  const stage = new BrokerNode(new NullStore(), Infinity);
  // What follows for queues from policies is of no interest here.
  stage.timeSlices.pause();
  try {
    yield* prepareStage(stage, node, set);
    const changes: Change[] = [];
    stage.changing = (change) => void changes.push(change);
    yield* perform(stage, set, options, findings);
    checkQueueLimits(node, set, findings);
    stopAt(findings);
    return changes;
  } finally {
    stage.stop();
  }
}

function stopAt({ problems }: Findings): void {
  if (problems.length > 0) throw new DefinitionsError(problems);
}

function* perform(node: BrokerNode, set: DefinitionSet, { defaults }: ImportOptions, findings: Findings): Steps {
  const blank = node.blank && defaults !== undefined;
  const wanted = (own: readonly unknown[]) => blank && (own.length === 0 || defaults.always === true);
  if (wanted(set.vhosts)) createDefaultVhost(node, defaults!);
  if (wanted(set.users)) createDefaultUser(node, defaults!);
  yield* applyDefinitions(node, set, findings);
  if (!blank || !wanted(set.users)) return;
  // A vhost that nobody may enter would be of no use.
  const entered = new Set(set.permissions.map(({ record }) => record.vhost));
  for (const { spec } of set.vhosts) {
    if (entered.has(spec.name)) continue;
    node.auth.putPermission({ user: defaults.user, vhost: spec.name, ...(defaults.permissions ?? ALL_PERMISSIONS) });
  }
}

/** The node to rehearse on gets users, vhosts and parameters as they are in the real one, and of the rest what the definitions speak of. */
function* prepareStage(stage: BrokerNode, node: BrokerNode, set: DefinitionSet): Steps {
  for (const user of node.auth.users) {
    stage.auth.putUser(user);
    yield;
  }
  for (const { name } of node.vhosts) {
    const spec = node.vhostSpec(name);
    if (spec !== undefined) stage.putVhost(spec);
    yield;
  }
  for (const { component, vhost, name, value } of node.parameters.all()) {
    if (vhost === '' || stage.vhost(vhost) !== undefined) stage.parameters.put(component, vhost, name, value);
    yield;
  }
  const copyExchange = (vhost: string, name: string): void => {
    const exchange = node.vhost(vhost)?.exchange(name);
    const there = stage.vhost(vhost);
    if (exchange === undefined || there === undefined || there.exchange(name) !== undefined) return;
    const { type, durable, autoDelete, internal, arguments: args } = exchange;
    there.declareExchange({ name, type, durable, autoDelete, internal, arguments: args });
  };
  const copyQueue = (vhost: string, name: string): void => {
    const queue = node.vhost(vhost)?.queue(name);
    const there = stage.vhost(vhost);
    if (queue === undefined || there === undefined || there.queue(name) !== undefined) return;
    const { durable, autoDelete, owner, arguments: args } = queue;
    there.declareQueue({ name, durable, autoDelete, owner, arguments: args });
  };
  for (const { vhost, declaration } of set.exchanges) {
    copyExchange(vhost, declaration.name);
    yield;
  }
  for (const { vhost, name } of set.queues) {
    copyQueue(vhost, name);
    yield;
  }
  for (const { vhost, spec } of set.bindings) {
    copyExchange(vhost, spec.source);
    if (spec.destinationKind === 'exchange') copyExchange(vhost, spec.destination);
    else copyQueue(vhost, spec.destination);
    yield;
  }
}

/** As in RabbitMQ, the limits that the definitions bring count for the queues that come later. */
function checkQueueLimits(node: BrokerNode, set: DefinitionSet, { problems }: Findings): void {
  for (const { name, queues } of node.vhosts) {
    const limit = limitOf(node.limits.vhost(name)['max-queues']);
    if (limit === Infinity) continue;
    const existing = new Set(Array.from(queues, (queue) => queue.name));
    const named = set.queues.filter((entry) => entry.vhost === name && !existing.has(entry.name));
    const added = new Set(named.map((entry) => entry.name)).size;
    if (added === 0 || existing.size + added <= limit) continue;
    const text = `adding ${added} queue(s) to virtual host '${name}' would exceed its limit of ${limit}: it has ${existing.size}`;
    problems.push({ path: '$.queues', text });
  }
}
