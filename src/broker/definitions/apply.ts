/**
 * Gives a node what definitions say, in RabbitMQ's order. Queues and exchanges that are there already stay as they are;
 * users, permissions, policies and parameters become what the definitions say.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { checkSameExchange, checkSameQueue } from '../topology/equivalence.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import { GLOBAL_PARAMETERS } from '../parameters/parameters.ts';
import { isPolicyKind, type Policy } from '../policy/policy.ts';
import { type At, type DefinitionSet, readPolicy } from './parse.ts';
import { type Findings, oneLine, JsonCursor } from './json-cursor.ts';
import type { Steps } from '../../util/steps.ts';

/** Binds on behalf of nobody. */
export const NOBODY = {};

export function* applyDefinitions(node: BrokerNode, set: DefinitionSet, findings: Findings): Steps {
  const each = function* <Entry>(
    entries: readonly At<Entry>[],
    apply: (entry: At<Entry>) => string | undefined | void,
  ): Steps {
    for (const entry of entries) {
      yield;
      try {
        const warning = apply(entry);
        if (typeof warning === 'string') findings.warnings.push({ path: entry.at, text: warning });
      } catch (error) {
        if (!(error instanceof AmqpError || error instanceof ChangeError)) throw error;
        findings.problems.push({ path: entry.at, text: oneLine(error) });
      }
    }
  };
  yield* each(set.users, ({ record, limits }) => {
    node.auth.putUser(record);
    node.limits.setUser(record.name, limits);
  });
  yield* each(set.vhosts, ({ spec, onlyNamed }) => {
    if (!onlyNamed || node.vhost(spec.name) === undefined) node.putVhost(spec);
  });
  yield* each(set.permissions, ({ record }) => {
    node.existingUser(record.user);
    node.existingVhost(record.vhost);
    node.auth.putPermission(record);
  });
  yield* each(set.exchanges, (entry) => applyExchange(node, entry));
  yield* each(set.topicPermissions, ({ record }) => {
    node.existingUser(record.user);
    node.existingVhost(record.vhost);
    node.auth.putTopicPermission(record);
  });
  yield* each(set.globalParameters, ({ name, value }) => node.parameters.put(GLOBAL_PARAMETERS, '', name, value));
  yield* each(set.policies, ({ vhost, policy }) => node.existingVhost(vhost).policies.put('policy', policy));
  yield* each(set.parameters, (entry) => applyParameter(node, entry, findings));
  yield* each(set.queues, (entry) => applyQueue(node, entry));
  // Behind the queues: a vhost may have more of them than a limit that was set later allows.
  yield* each(set.limits, ({ vhost, limits }) => node.limits.setVhost(node.existingVhost(vhost).name, limits));
  yield* each(set.bindings, ({ vhost: name, spec }) => {
    const vhost = node.existingVhost(name);
    const ends = spec.destinationKind === 'queue' ? vhost.queue(spec.destination) : vhost.exchange(spec.destination);
    // Exports have bindings to queues that were exclusive, and are not in them.
    if (vhost.exchange(spec.source) === undefined) return `skipped: there is no exchange '${spec.source}'`;
    if (ends === undefined) return `skipped: there is no ${spec.destinationKind} '${spec.destination}'`;
    if (spec.source === '') return 'skipped: the default exchange binds every queue by itself';
    vhost.bind(spec, NOBODY);
    return undefined;
  });
}

function applyExchange(
  node: BrokerNode,
  { vhost: name, declaration }: DefinitionSet['exchanges'][number],
): string | undefined {
  const vhost = node.existingVhost(name);
  const current = vhost.exchange(declaration.name);
  if (declaration.name === '' || declaration.name.startsWith('amq.')) {
    return current === undefined ? 'skipped: names that begin with amq. are reserved' : undefined;
  }
  if (current === undefined) {
    vhost.declareExchange(declaration);
    return undefined;
  }
  return difference(() => checkSameExchange(declaration, current, name));
}

function applyQueue(node: BrokerNode, { vhost: name, ...entry }: DefinitionSet['queues'][number]): string | undefined {
  const vhost = node.existingVhost(name);
  if (entry.name.startsWith('amq.')) return 'skipped: names that begin with amq. are reserved';
  const current = vhost.queue(entry.name);
  const options = { ...entry, owner: undefined };
  if (current === undefined) {
    vhost.declareQueue(options);
    return undefined;
  }
  return difference(() => checkSameQueue(options, current, name));
}

function applyParameter(
  node: BrokerNode,
  { component, vhost: name, name: key, value, at }: DefinitionSet['parameters'][number],
  findings: Findings,
): string | undefined {
  const vhost = node.existingVhost(name);
  if (isPolicyKind(component)) {
    const before = findings.problems.length;
    const policy: Policy = readPolicy(key, new JsonCursor(value, findings, `${at}.value`));
    if (findings.problems.length === before) vhost.policies.put(component, policy);
    return undefined;
  }
  node.parameters.put(component, name, key, value);
  return `kept, but without effect: component ${component} is not supported`;
}

/** What is there stays as it is; the warning says where it differs. */
function difference(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    return `stays as it is: ${error.message}`;
  }
}
