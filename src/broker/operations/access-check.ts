/** Whether a user may do something, and which rule says so: for who wonders why a client is refused (RabbitMQ: Access Control). */
import type { Auth } from '../access/auth.ts';
import type { Operation } from '../access/permissions.ts';
import type { EntityKind } from '../arguments/errors.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import type { Vhost } from '../topology/vhost.ts';

export interface AccessQuestion {
  readonly user: string;
  readonly vhost: string;
  readonly operation: Operation;
  readonly kind: EntityKind;
  /** Of the exchange or queue; the default exchange is `amq.default`. */
  readonly name: string;
  /** Undefined if it is not about a routing key. */
  readonly routingKey: string | undefined;
}

/** One of the rules that have to allow it. */
export interface AccessRule {
  readonly rule: 'permission' | 'topic-permission';
  /** The regular expression; undefined if there is no rule: without a permission nothing is allowed, without one for a topic every key is. */
  readonly pattern: string | undefined;
  readonly allows: boolean;
}

/** All rules that are asked; it may if each allows it. Throws ChangeError `not-found`. */
export function checkAccess(node: BrokerNode, question: AccessQuestion): AccessRule[] {
  const { user, vhost, operation, name } = question;
  node.existingUser(user);
  const place = node.existingVhost(vhost);
  const { auth } = node;
  const permission: AccessRule = {
    rule: 'permission',
    pattern: auth.permission(user, vhost)?.[operation],
    allows: auth.may(user, vhost, operation, name),
  };
  const topic = topicRule(auth, place, question);
  return topic === undefined ? [permission] : [permission, topic];
}

/** Routing keys are bounded at topic exchanges alone, and never for declaring. */
function topicRule(auth: Auth, place: Vhost, question: AccessQuestion): AccessRule | undefined {
  const { user, vhost, operation, kind, name, routingKey } = question;
  const isBound = kind === 'exchange' && place.exchange(name)?.type === 'topic';
  if (!isBound || operation === 'configure' || routingKey === undefined) return undefined;
  return {
    rule: 'topic-permission',
    pattern: auth.topicPermission(user, vhost, name)?.[operation],
    allows: auth.mayUseTopic(user, vhost, operation, name, routingKey),
  };
}
