/** Virtual hosts and their limits, created, changed and deleted while the broker runs (RabbitMQ: Virtual Hosts). */
import { ALL_PERMISSIONS } from '../../config/all-permissions.ts';
import type { VhostLimits } from '../access/access-limits.ts';
import { ChangeError } from '../arguments/change-error.ts';
import type { QueueType } from '../arguments/queue-type.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import type { VhostSpec } from '../topology/vhosts.ts';
import { checkName } from './names.ts';
import { Receipt } from './receipt.ts';

export interface VhostInfo {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Type of queues that are declared without x-queue-type; undefined is classic. */
  readonly defaultQueueType: QueueType | undefined;
  /** True if it cannot be deleted until that is lifted. */
  readonly protectedFromDeletion: boolean;
  readonly limits: VhostLimits;
}

/** Throws ChangeError `not-found`. */
export function vhostInfo(node: BrokerNode, name: string): VhostInfo {
  node.existingVhost(name);
  return { ...node.vhostSpec(name)!, limits: node.limits.vhost(name) };
}

/**
 * Creates a vhost, or changes what is said of it; the receipt tells whether it is new. `owner`, if there is a user of this name, may do
 * everything in a new one. Throws ChangeError `invalid` for a name that AMQP cannot carry.
 */
export function putVhost(node: BrokerNode, spec: VhostSpec, owner: string): Receipt<boolean> {
  checkName(spec.name);
  const isNew = node.vhost(spec.name) === undefined;
  node.putVhost(spec);
  if (isNew && node.auth.user(owner) !== undefined) {
    node.auth.putPermission({ user: owner, vhost: spec.name, ...ALL_PERMISSIONS });
  }
  return new Receipt(node.store, isNew);
}

/** Throws ChangeError `exists`, `invalid`: see putVhost. */
export function createVhost(node: BrokerNode, spec: VhostSpec, owner: string): Receipt<boolean> {
  if (node.vhost(spec.name) !== undefined) {
    throw new ChangeError('exists', `Virtual host '${spec.name}' already exists`);
  }
  return putVhost(node, spec, owner);
}

/** Deletes a vhost with all that is in it; its connections are closed with 320. The receipt waits until all of it is gone. Throws ChangeError `not-found`, `protected`. */
export function deleteVhost(node: BrokerNode, name: string): Receipt {
  node.existingVhost(name);
  if (node.vhostSpec(name)!.protectedFromDeletion) {
    throw new ChangeError(
      'protected',
      `Refusing to delete virtual host '${name}' because it is protected from deletion`,
    );
  }
  const removal = node.deleteVhost(name)!;
  const { store } = node;
  return new Receipt({ afterCommit: (callback) => removal.whenDone(() => store.afterCommit(callback)) }, undefined);
}

/** Protects a vhost from deletion, or lifts that (RabbitMQ: Virtual Hosts, "Deletion Protection"). Throws ChangeError `not-found`. */
export function protectVhost(node: BrokerNode, name: string, protectedFromDeletion: boolean): Receipt {
  node.existingVhost(name);
  node.putVhost({ ...node.vhostSpec(name)!, protectedFromDeletion });
  return new Receipt(node.store, undefined);
}

/** Puts limits in place of those there were; what is left out, or negative, is no limit. Throws ChangeError `not-found`, `invalid`. */
export function setVhostLimits(node: BrokerNode, name: string, limits: Readonly<Record<string, unknown>>): Receipt {
  node.existingVhost(name);
  node.limits.setVhost(name, limits);
  return new Receipt(node.store, undefined);
}
