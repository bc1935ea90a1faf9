/** What a node without any vhost or user begins with (RabbitMQ: default_vhost, default_user). */
import type { PermissionRecord, UserRecord } from '../../store/stored-records.ts';
import type { Auth } from '../access/auth.ts';
import { userWithPassword } from '../access/passwords.ts';
import { ALL_PERMISSIONS } from '../../config/all-permissions.ts';
import type { VhostSpec } from './vhosts.ts';

export interface NodeDefaults {
  readonly user: string;
  readonly password: string;
  /** The user with its password hashed; if it is not given, that is hashed as RabbitMQ does it. */
  readonly record?: UserRecord | undefined;
  readonly vhost: string;
  /** Made beside the users and vhosts of definitions too; else those take their place. */
  readonly always?: boolean;
  /** An administrator if not given. */
  readonly tags?: readonly string[];
  /** In that vhost; everything if not given. */
  readonly permissions?: Pick<PermissionRecord, 'configure' | 'write' | 'read'>;
}

/** The node. */
interface BlankNode {
  readonly auth: Auth;
  vhost(name: string): unknown;
  putVhost(spec: VhostSpec): unknown;
}

export function createDefaults(node: BlankNode, defaults: NodeDefaults): void {
  createDefaultVhost(node, defaults);
  createDefaultUser(node, defaults);
}

export function createDefaultVhost(node: BlankNode, { vhost: name }: NodeDefaults): void {
  node.putVhost({ name, description: 'Default virtual host', tags: [], defaultQueueType: undefined });
}

/** With its permissions in the default vhost, if there is one. */
export function createDefaultUser(node: BlankNode, defaults: NodeDefaults): void {
  const { user, password, record, vhost, tags = ['administrator'], permissions = ALL_PERMISSIONS } = defaults;
  node.auth.putUser(record ?? userWithPassword(user, password, tags));
  if (node.vhost(vhost) !== undefined) node.auth.putPermission({ user, vhost, ...permissions });
}
