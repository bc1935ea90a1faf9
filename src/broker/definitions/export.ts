/** The other way: what a node has, as definitions. Ordered by name, so that two exports can be compared. */
import { jsonTable } from '../../codec/json-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import { Sorted } from '../../util/sorted.ts';
import type { Binding } from '../routing/exchange/binding.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import type { VhostSpec } from '../topology/vhosts.ts';
import { GLOBAL_PARAMETERS, OWN_COMPONENT } from '../parameters/parameters.ts';
import type { Policy } from '../policy/policy.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import type { Vhost } from '../topology/vhost.ts';
import type * as json from './document.ts';

/** What RabbitMQ writes of itself. */
export interface ExportedProduct {
  readonly product: string;
  readonly productVersion: string;
}

/** A document whose lists are made entry by entry while they are read: of very many queues that takes long. */
export type DefinitionSections = {
  readonly [Name in keyof json.DefinitionsDocument]: json.DefinitionsDocument[Name] extends
    readonly (infer Entry)[] | undefined
    ? Iterable<Entry>
    : json.DefinitionsDocument[Name];
};

/** Everything but messages, exclusive queues with their bindings, and what every vhost has by itself. */
export function exportDefinitions(node: BrokerNode, product: ExportedProduct): json.DefinitionsDocument {
  return whole(definitionSections(node, product));
}

/** See exportDefinitions. */
export function definitionSections(node: BrokerNode, { product, productVersion }: ExportedProduct): DefinitionSections {
  const vhosts = byName([...node.vhosts]);
  const inVhosts = function* <Entry extends object>(list: (vhost: Vhost) => Iterable<Entry>) {
    for (const vhost of vhosts) for (const entry of list(vhost)) yield { vhost: vhost.name, ...entry };
  };
  return {
    rabbit_version: productVersion,
    rabbitmq_version: productVersion,
    product_name: product,
    product_version: productVersion,
    users: byName([...node.auth.users]).map(({ name, passwordHash, hashingAlgorithm, tags }) => ({
      name,
      password_hash: passwordHash,
      hashing_algorithm: hashingAlgorithm,
      tags,
      limits: node.limits.user(name),
    })),
    vhosts: vhosts.map(({ name }) => vhostDefinition(node.vhostSpec(name)!)),
    permissions: by(node.auth.permissions, ({ user, vhost }) => [vhost, user]),
    topic_permissions: by(node.auth.topicPermissions, ({ user, vhost, exchange }) => [vhost, user, exchange]),
    parameters: inVhosts((vhost) => parameterDefinitions(node, vhost)),
    global_parameters: byName(
      Array.from(node.parameters.of(GLOBAL_PARAMETERS, ''), ([name, value]) => ({ name, value })),
    ),
    policies: inVhosts((vhost) => byName(vhost.policies.list('policy')).map(policyDefinition)),
    queues: inVhosts(queueDefinitions),
    exchanges: inVhosts(exchangeDefinitions),
    bindings: inVhosts(bindingDefinitions),
  };
}

/** What one vhost has: parameters, policies, queues, exchanges and bindings. */
export function exportVhostDefinitions(
  node: BrokerNode,
  vhost: Vhost,
  product: ExportedProduct,
): json.DefinitionsDocument {
  return whole(vhostDefinitionSections(node, vhost, product));
}

/** See exportVhostDefinitions. */
export function vhostDefinitionSections(
  node: BrokerNode,
  vhost: Vhost,
  { product, productVersion }: ExportedProduct,
): DefinitionSections {
  return {
    rabbit_version: productVersion,
    rabbitmq_version: productVersion,
    product_name: product,
    product_version: productVersion,
    // These two name it, as in RabbitMQ.
    parameters: parameterDefinitions(node, vhost).map((parameter) => ({ vhost: vhost.name, ...parameter })),
    policies: byName(vhost.policies.list('policy')).map((policy) => ({
      vhost: vhost.name,
      ...policyDefinition(policy),
    })),
    queues: queueDefinitions(vhost),
    exchanges: exchangeDefinitions(vhost),
    bindings: bindingDefinitions(vhost),
  };
}

function whole(sections: DefinitionSections): json.DefinitionsDocument {
  const entries = Object.entries(sections) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' ? [...(value as Iterable<unknown>)] : value]),
  );
}

function vhostDefinition(spec: VhostSpec): json.VhostDefinition {
  const { name, description, tags, defaultQueueType } = spec;
  const type = defaultQueueType === undefined ? {} : { default_queue_type: defaultQueueType };
  return { name, description, tags, ...type, metadata: vhostMetadata(spec) };
}

/** What nobody said has no key here, as in RabbitMQ. */
export function vhostMetadata(spec: VhostSpec): Readonly<Record<string, unknown>> {
  const { description, tags, defaultQueueType, protectedFromDeletion } = spec;
  return {
    description,
    tags,
    ...(defaultQueueType !== undefined && { default_queue_type: defaultQueueType }),
    ...(protectedFromDeletion === true && { protected_from_deletion: true }),
  };
}

function parameterDefinitions({ parameters }: BrokerNode, { name: vhost }: Vhost): json.ParameterDefinition[] {
  const own = [...parameters.all()].filter(
    ({ component, vhost: its }) => its === vhost && component !== 'policy' && !component.startsWith(OWN_COMPONENT),
  );
  return by(own, ({ component, name }) => [component, name]).map(({ component, name, value }) => ({
    component,
    name,
    value,
  }));
}

function policyDefinition({ name, pattern, definition, priority, applyTo }: Policy): json.PolicyDefinition {
  return { name, pattern, 'apply-to': applyTo, priority, definition };
}

function* queueDefinitions(vhost: Vhost): Generator<json.QueueDefinition> {
  const queues = new Sorted([...vhost.queues].filter(isExported), compareNames);
  for (const { name, durable, autoDelete, arguments: args } of queues) {
    yield { name, durable, auto_delete: autoDelete, arguments: plain(args) };
  }
}

function* exchangeDefinitions(vhost: Vhost): Generator<json.ExchangeDefinition> {
  const declared = [...vhost.exchanges].filter(({ name }) => name !== '' && !name.startsWith('amq.'));
  for (const { name, type, durable, autoDelete, internal, arguments: args } of new Sorted(declared, compareNames)) {
    yield { name, type, durable, auto_delete: autoDelete, internal, arguments: plain(args) };
  }
}

function* bindingDefinitions(vhost: Vhost): Generator<json.BindingDefinition> {
  for (const exchange of new Sorted([...vhost.exchanges], compareNames)) {
    for (const { destination, routingKey, arguments: args } of new Sorted([...exchange.bindings], compareBindings)) {
      if (destination.kind === 'queue') {
        const queue = vhost.queue(destination.name);
        // It may have been deleted since the export began.
        if (queue === undefined || !isExported(queue)) continue;
      }
      yield {
        source: exchange.name,
        destination: destination.name,
        destination_type: destination.kind,
        routing_key: routingKey,
        arguments: plain(args),
      };
    }
  }
}

/** By kind and name of what they lead to, then by key and arguments. */
function compareBindings(a: Binding, b: Binding): number {
  return (
    compare(a.destination.kind, b.destination.kind) ||
    compareNames(a.destination, b.destination) ||
    compare(a.routingKey, b.routingKey) ||
    compare(JSON.stringify(plain(a.arguments)), JSON.stringify(plain(b.arguments)))
  );
}

function compareNames(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An exclusive queue is its connection's own. */
function isExported({ owner }: DeclaredQueue): boolean {
  return owner === undefined;
}

/** Arguments: what is no text is base64. */
function plain(args: FieldTable): Record<string, unknown> {
  return jsonTable(args, { integer: Number, bytes: (value) => value.toString('base64') });
}

function byName<Entry extends { readonly name: string }>(entries: readonly Entry[]): Entry[] {
  return by(entries, ({ name }) => [name]);
}

function by<Entry>(entries: readonly Entry[], keys: (entry: Entry) => readonly string[]): Entry[] {
  // One text to compare: of very many a list each takes several times as long.
  const keyed = entries.map((entry) => ({ entry, key: keys(entry).join('\0') }));
  keyed.sort((a, b) => compare(a.key, b.key));
  return keyed.map(({ entry }) => entry);
}
