/** What users may do in vhosts (RabbitMQ: Access Control, "Topic Authorisation"). It counts at once, for open connections too. */
import type { TopicPermissionRecord } from '../access/permissions.ts';
import type { PermissionRecord } from '../../store/stored-records.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import { Receipt } from './receipt.ts';

/** Lets the user into the vhost, to do what the patterns allow; the receipt tells whether it could not enter before. Throws ChangeError `not-found`, `invalid`. */
export function setPermissions(node: BrokerNode, record: PermissionRecord): Receipt<boolean> {
  checkBoth(node, record);
  const isNew = !node.auth.mayAccess(record.user, record.vhost);
  node.auth.putPermission(record);
  return new Receipt(node.store, isNew);
}

/** The receipt tells whether there were any. Throws ChangeError `not-found`. */
export function clearPermissions(node: BrokerNode, user: string, vhost: string): Receipt<boolean> {
  checkBoth(node, { user, vhost });
  const had = node.auth.mayAccess(user, vhost);
  node.auth.deletePermission(user, vhost);
  return new Receipt(node.store, had);
}

/** Bounds the routing keys of a topic exchange; the receipt tells whether nothing was said of it before. Throws ChangeError `not-found`, `invalid`. */
export function setTopicPermissions(node: BrokerNode, record: TopicPermissionRecord): Receipt<boolean> {
  checkBoth(node, record);
  const isNew = node.auth.topicPermission(record.user, record.vhost, record.exchange) === undefined;
  node.auth.putTopicPermission(record);
  return new Receipt(node.store, isNew);
}

/** Of one exchange, or of all in the vhost. Throws ChangeError `not-found`. */
export function clearTopicPermissions(node: BrokerNode, user: string, vhost: string, exchange?: string): Receipt {
  checkBoth(node, { user, vhost });
  node.auth.deleteTopicPermissions(user, vhost, exchange);
  return new Receipt(node.store, undefined);
}

function checkBoth(node: BrokerNode, { user, vhost }: { readonly user: string; readonly vhost: string }): void {
  node.existingUser(user);
  node.existingVhost(vhost);
}
