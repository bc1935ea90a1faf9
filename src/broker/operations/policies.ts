/** Policies and operator policies of vhosts (RabbitMQ: Policies). Receipts wait until queues and exchanges that are there go by them too. */
import { ChangeError } from '../arguments/change-error.ts';
import type { Store } from '../../store/store.ts';
import type { PolicySubject } from '../policy/policy-subject.ts';
import type { Applied, VhostPolicies } from '../policy/vhost-policies.ts';
import type { Policy, PolicyKind } from '../policy/policy.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import { checkName } from './names.ts';
import { Receipt } from './receipt.ts';

/** Throws ChangeError `not-found`. */
export function listPolicies(node: BrokerNode, vhost: string, kind: PolicyKind): Policy[] {
  return node.existingVhost(vhost).policies.list(kind);
}

/** Puts the policy in place of one of the same name; the receipt tells whether it is new. Throws ChangeError `not-found`, or `invalid` with RabbitMQ's text. */
export function setPolicy(node: BrokerNode, vhost: string, kind: PolicyKind, policy: Policy): Receipt<boolean> {
  checkName(policy.name);
  const { policies } = node.existingVhost(vhost);
  const isNew = !policies.list(kind).some(({ name }) => name === policy.name);
  policies.put(kind, policy);
  return new Receipt(whenApplied(node, policies), isNew);
}

export interface PolicyPreview {
  /** All that policies are for. */
  readonly entities: Iterable<PolicySubject>;
  /** Undefined for what it does not match; else the policy that would count, which may be another. */
  readonly counting: (entity: PolicySubject) => Policy | undefined;
}

/** What a policy would be for if it were set. Throws ChangeError `not-found`, or `invalid` with RabbitMQ's text. */
export function previewPolicy(node: BrokerNode, vhost: string, kind: PolicyKind, policy: Policy): PolicyPreview {
  const place = node.existingVhost(vhost);
  return { entities: place.policySubjects(), counting: place.policies.preview(kind, policy) };
}

/** Throws ChangeError `not-found`. */
export function clearPolicy(node: BrokerNode, vhost: string, kind: PolicyKind, name: string): Receipt {
  const { policies } = node.existingVhost(vhost);
  if (!policies.delete(kind, name)) throw new ChangeError('not-found', `Policy '${name}' does not exist`);
  return new Receipt(whenApplied(node, policies), undefined);
}

/** What counts for a queue or an exchange beside its arguments. Throws ChangeError `not-found`. */
export function policiesOf(node: BrokerNode, vhost: string, kind: 'queue' | 'exchange', name: string): Applied {
  const place = node.existingVhost(vhost);
  const entity = kind === 'queue' ? place.queue(name) : place.exchange(name);
  if (entity === undefined) throw new ChangeError('not-found', `there is no ${kind} '${name}' in vhost '${vhost}'`);
  return place.policies.appliedTo(entity);
}

function whenApplied({ store }: BrokerNode, policies: VhostPolicies): Pick<Store, 'afterCommit'> {
  return { afterCommit: (callback) => policies.whenApplied(() => store.afterCommit(callback)) };
}
