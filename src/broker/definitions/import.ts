/**
 * Importing definitions: all or nothing. They are first given to a node that stores nothing and has what the real one has
 * under the same names. What changes there is what the import comes to; only if it meets no problem does the real one get it.
 */
import { NullStore } from '../../store/null-store.ts';
import { limitOf } from '../access/access-limits.ts';
import { ALL } from '../access/permissions.ts';
import { BrokerNode } from '../topology/broker-node.ts';
import { createDefaultUser, createDefaultVhost, type NodeDefaults } from '../topology/node-defaults.ts';
import { applyDefinitions } from './apply.ts';
import { DefinitionsError } from './definitions-error.ts';
import { hashPasswords } from './hash-passwords.ts';
import { makeChanges } from './make-changes.ts';
import { type DefinitionSet, parseDefinitions, type Scope } from './parse.ts';
import { type Finding, type Findings, oneLine } from './json-cursor.ts';
import type { Change } from '../topology/change.ts';
import { AmqpError } from '../../protocol/amqp-error.ts';

export interface ImportOptions extends Scope {
  /** What a blank node gets before the import, unless the document has users, or vhosts, of its own. */
  readonly defaults?: NodeDefaults | undefined;
}

/** `importDefinitions`, with passwords hashed as the node has it. */
export async function importWithPasswords(
  node: BrokerNode,
  document: unknown,
  options?: ImportOptions,
): Promise<readonly Finding[]> {
  return importDefinitions(node, await hashPasswords(document, node.passwords), options);
}

/**
 * Gives the node what the document says, and the defaults to a blank one. Returns what was skipped or differs.
 * @throws DefinitionsError with every problem that was found; then nothing has changed
 */
export function importDefinitions(
  node: BrokerNode,
  document: unknown,
  options: ImportOptions = {},
): readonly Finding[] {
  const findings: Findings = { problems: [], warnings: [] };
  const set = parseDefinitions(document, options, findings);
  stopAt(findings);
  const changes = rehearse(node, set, options, findings);
  try {
    makeChanges(node, changes);
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    throw new DefinitionsError([{ path: '$', text: oneLine(error) }]);
  }
  return findings.warnings;
}

/** What the definitions change. Throws DefinitionsError for what the node would not take. */
function rehearse(node: BrokerNode, set: DefinitionSet, options: ImportOptions, findings: Findings): readonly Change[] {
  const stage = stageFor(node, set);
  const changes: Change[] = [];
  stage.changing = (change) => void changes.push(change);
  perform(stage, set, options, findings);
  checkQueueLimits(node, set, findings);
  for (const vhost of stage.vhosts) vhost.end();
  stage.stop();
  stopAt(findings);
  return changes;
}

function stopAt({ problems }: Findings): void {
  if (problems.length > 0) throw new DefinitionsError(problems);
}

function perform(node: BrokerNode, set: DefinitionSet, { defaults }: ImportOptions, findings: Findings): void {
  const blank = node.blank && defaults !== undefined;
  const wanted = (own: readonly unknown[]) => blank && (own.length === 0 || defaults.always === true);
  if (wanted(set.vhosts)) createDefaultVhost(node, defaults!);
  if (wanted(set.users)) createDefaultUser(node, defaults!);
  applyDefinitions(node, set, findings);
  if (!blank || !wanted(set.users)) return;
  // A vhost that nobody may enter would be of no use.
  const entered = new Set(set.permissions.map(({ record }) => record.vhost));
  for (const { spec } of set.vhosts) {
    if (entered.has(spec.name)) continue;
    node.auth.putPermission({ user: defaults.user, vhost: spec.name, ...(defaults.permissions ?? ALL) });
  }
}

/** A node to rehearse on: users, vhosts and parameters as in the real one, and of the rest what the definitions speak of. */
function stageFor(node: BrokerNode, set: DefinitionSet): BrokerNode {
  const stage = new BrokerNode(new NullStore(), Infinity);
  for (const user of node.auth.users) stage.auth.putUser(user);
  for (const { name } of node.vhosts) stage.putVhost(node.vhostSpec(name)!);
  for (const { component, vhost, name, value } of node.parameters.all()) {
    if (vhost === '' || stage.vhost(vhost) !== undefined) stage.parameters.put(component, vhost, name, value);
  }
  const copyExchange = (vhost: string, name: string): void => {
    const exchange = node.vhost(vhost)?.exchange(name);
    if (exchange === undefined || stage.vhost(vhost)!.exchange(name) !== undefined) return;
    const { type, durable, autoDelete, internal, arguments: args } = exchange;
    stage.vhost(vhost)!.declareExchange({ name, type, durable, autoDelete, internal, arguments: args });
  };
  const copyQueue = (vhost: string, name: string): void => {
    const queue = node.vhost(vhost)?.queue(name);
    if (queue === undefined || stage.vhost(vhost)!.queue(name) !== undefined) return;
    const { durable, autoDelete, owner, arguments: args } = queue;
    stage.vhost(vhost)!.declareQueue({ name, durable, autoDelete, owner, arguments: args });
  };
  for (const { vhost, declaration } of set.exchanges) copyExchange(vhost, declaration.name);
  for (const { vhost, name } of set.queues) copyQueue(vhost, name);
  for (const { vhost, spec } of set.bindings) {
    copyExchange(vhost, spec.source);
    if (spec.destinationKind === 'exchange') copyExchange(vhost, spec.destination);
    else copyQueue(vhost, spec.destination);
  }
  return stage;
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
