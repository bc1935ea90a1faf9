/** What a node has of all that definitions speak of, so that an import that fails half way leaves nothing behind. */
import type { BrokerNode, NodeDefaults } from '../topology/broker-node.ts';
import type { Vhost } from '../topology/vhost.ts';
import { GLOBAL_PARAMETERS } from '../parameters/parameters.ts';
import { isPolicyKind, type PolicyKind } from '../policy/policy.ts';
import { NOBODY } from './apply.ts';
import type { DefinitionSet } from './parse.ts';

/** Puts something back. */
type Step = () => void;

/** Returns what puts the node back to how it is now. Messages that new bindings brought to queues that exist stay there. */
export function rememberFor(node: BrokerNode, set: DefinitionSet, defaults: NodeDefaults | undefined): Step {
  const steps: Step[] = [];
  const byDefault = (name: string | undefined): readonly string[] => (name === undefined ? [] : [name]);
  const users = [...byDefault(defaults?.user), ...set.users.map(({ record }) => record.name)];
  for (const name of new Set(users)) steps.push(user(node, name));
  const vhosts = [...byDefault(defaults?.vhost), ...set.vhosts.map(({ spec }) => spec.name)];
  for (const name of new Set(vhosts)) steps.push(vhostItself(node, name));
  steps.push(...permissions(node, set));
  for (const { name } of set.globalParameters) steps.push(parameter(node, GLOBAL_PARAMETERS, '', name));
  for (const vhost of node.vhosts) steps.push(...contents(node, vhost, set));
  return () => {
    for (const step of steps.reverse()) step();
  };
}

function user(node: BrokerNode, name: string): Step {
  const record = node.auth.user(name);
  const limits = node.limits.user(name);
  return () => {
    if (record === undefined) node.deleteUser(name);
    else {
      node.auth.putUser(record);
      node.limits.setUser(name, limits);
    }
  };
}

function vhostItself(node: BrokerNode, name: string): Step {
  const spec = node.vhostSpec(name);
  return () => void (spec === undefined ? node.deleteVhost(name)?.finish() : node.putVhost(spec));
}

/** Those of new users and in new vhosts go with these. */
function permissions(node: BrokerNode, set: DefinitionSet): Step[] {
  const { auth } = node;
  const before = new Map(auth.permissions.map((record) => [keyOf(record), record]));
  const topicsBefore = new Map(auth.topicPermissions.map((record) => [keyOf(record), record]));
  const steps = set.permissions.map(({ record }) => {
    const old = before.get(keyOf(record));
    return () => (old === undefined ? auth.deletePermission(record.user, record.vhost) : auth.putPermission(old));
  });
  const topicSteps = set.topicPermissions.map(({ record }) => {
    const { user, vhost, exchange } = record;
    const old = topicsBefore.get(keyOf(record));
    return () =>
      old === undefined ? auth.deleteTopicPermissions(user, vhost, exchange) : auth.putTopicPermission(old);
  });
  return [...steps, ...topicSteps];
}

function keyOf({ user, vhost, exchange }: { user: string; vhost: string; exchange?: string }): string {
  return JSON.stringify([user, vhost, exchange]);
}

function parameter({ parameters }: BrokerNode, component: string, vhost: string, name: string): Step {
  const value = parameters.get(component, vhost, name);
  return () => {
    if (value === undefined) parameters.delete(component, vhost, name);
    else parameters.put(component, vhost, name, value);
  };
}

/** Of a vhost that is there already; what is in a new one goes with it. In the order in which it is imported. */
function contents(node: BrokerNode, vhost: Vhost, set: DefinitionSet): Step[] {
  const own = <Entry extends { readonly vhost: string }>(entries: readonly Entry[]): Entry[] =>
    entries.filter((entry) => entry.vhost === vhost.name);
  const limits = node.limits.vhost(vhost.name);
  return [
    ...own(set.exchanges)
      .filter(({ declaration: { name } }) => vhost.exchange(name) === undefined && !name.startsWith('amq.'))
      .map(
        ({ declaration: { name } }) =>
          () =>
            vhost.deleteExchange(name, false),
      ),
    ...own(set.policies).map(({ policy }) => policyOf(vhost, 'policy', policy.name)),
    ...own(set.parameters).map(({ component, name }) =>
      isPolicyKind(component) ? policyOf(vhost, component, name) : parameter(node, component, vhost.name, name),
    ),
    ...own(set.queues)
      .filter(({ name }) => vhost.queue(name) === undefined)
      .map(
        ({ name }) =>
          () =>
            deleteQueue(vhost, name),
      ),
    () => node.limits.setVhost(vhost.name, limits),
    ...[...new Set(own(set.bindings).map(({ spec }) => spec.source))].map((source) => bindingsOf(vhost, source)),
  ];
}

function policyOf({ policies }: Vhost, kind: PolicyKind, name: string): Step {
  const policy = policies.get(kind, name);
  return () => void (policy === undefined ? policies.delete(kind, name) : policies.put(kind, policy));
}

function deleteQueue(vhost: Vhost, name: string): void {
  const queue = vhost.queue(name);
  if (queue !== undefined) vhost.deleteQueue(queue);
}

/** Bindings from an exchange: those that are not there now go again. */
function bindingsOf(vhost: Vhost, source: string): Step {
  const before = new Set(vhost.exchange(source)?.bindings);
  return () => {
    for (const binding of [...(vhost.exchange(source)?.bindings ?? [])]) {
      if (before.has(binding)) continue;
      const { destination, routingKey, arguments: args } = binding;
      const spec = { source, destinationKind: destination.kind, destination: destination.name, routingKey };
      vhost.unbind({ ...spec, arguments: args }, NOBODY);
    }
  };
}
