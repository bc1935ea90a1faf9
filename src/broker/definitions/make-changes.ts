/** The changes of an import, made all or not at all. */
import type { BrokerNode } from '../topology/broker-node.ts';
import type { Change } from '../topology/change.ts';

/** Throws what goes wrong on the way: the memory was used up meanwhile, or something is wrong with the broker. Then nothing has changed. */
export function makeChanges(node: BrokerNode, changes: readonly Change[]): void {
  const inverses: Change[] = [];
  try {
    for (const change of changes) {
      node.heapLimit.checkRoom();
      const numbered = withNumber(node, change);
      inverses.push(...inverseOf(node, numbered));
      node.commit([numbered]);
    }
  } catch (error) {
    for (const inverse of inverses.reverse()) node.commit([inverse]);
    throw error;
  }
  // Messages that go out cannot be taken back, so they go when all else is done.
  for (const change of changes) {
    if (change.op === 'put-binding') node.vhost(change.vhost)?.replay(change.binding);
  }
}

/** The numbers of the rehearsal are no numbers of the store. */
function withNumber(node: BrokerNode, change: Change): Change {
  if (change.op === 'put-queue' && change.id !== 0) return { ...change, id: node.store.nextQueueId() };
  if (change.op === 'put-exchange' && change.logId !== undefined) return { ...change, logId: node.store.nextQueueId() };
  return change;
}

/** What takes the change back; to be asked before it is made. */
function inverseOf(node: BrokerNode, change: Change): readonly Change[] {
  switch (change.op) {
    case 'put-exchange': {
      const { name, durable } = change.exchange;
      return [{ op: 'delete-exchange', vhost: change.vhost, name, durable }];
    }
    case 'put-queue':
      return [{ op: 'delete-queue', vhost: change.vhost, name: change.queue.name, id: change.id }];
    case 'put-binding':
      return [{ ...change, op: 'delete-binding' }];
    case 'put-vhost': {
      const { name } = change.record;
      const spec = node.vhostSpec(name);
      if (spec === undefined) return [{ op: 'delete-vhost', name }];
      const { description, tags } = spec;
      return [{ op: 'put-vhost', record: { name, description, tags } }];
    }
    case 'put-user': {
      const { name } = change.record;
      const record = node.auth.user(name);
      return [record === undefined ? { op: 'delete-user', name } : { op: 'put-user', record }];
    }
    case 'put-permission': {
      const { user, vhost } = change.record;
      const record = node.auth.permission(user, vhost);
      return [record === undefined ? { op: 'delete-permission', user, vhost } : { op: 'put-permission', record }];
    }
    case 'put-parameter':
    case 'delete-parameter':
      return [parameterNow(node, change.op === 'put-parameter' ? change.record : change)];
    default:
      throw new Error(`an import does not ${change.op}`);
  }
}

function parameterNow(
  { parameters }: BrokerNode,
  { component, vhost, name }: { readonly component: string; readonly vhost: string; readonly name: string },
): Change {
  const value = parameters.get(component, vhost, name);
  if (value === undefined) return { op: 'delete-parameter', component, vhost, name };
  return { op: 'put-parameter', record: { component, vhost, name, value: JSON.stringify(value) } };
}
