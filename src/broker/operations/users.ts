/** Users, their passwords, tags and limits (RabbitMQ: Access Control, User Limits). */
import type { UserLimits } from '../access/access-limits.ts';
import { ChangeError } from '../arguments/change-error.ts';
import type { BrokerNode } from '../topology/broker-node.ts';
import type { UserRecord } from '../../store/stored-records.ts';
import { checkName } from './names.ts';
import { Receipt } from './receipt.ts';

export interface UserInfo {
  readonly name: string;
  readonly tags: readonly string[];
  readonly limits: UserLimits;
}

export function listUsers(node: BrokerNode): UserInfo[] {
  return Array.from(node.auth.users, ({ name, tags }) => ({ name, tags, limits: node.limits.user(name) }));
}

/** Creates a user or takes the place of the one of this name, whose permissions stay; the receipt tells whether it is new. Throws ChangeError `invalid`. */
export function putUser(node: BrokerNode, record: UserRecord): Receipt<boolean> {
  checkName(record.name);
  const isNew = node.auth.user(record.name) === undefined;
  node.auth.putUser(record);
  return new Receipt(node.store, isNew);
}

/** Resolves when the password is hashed. Rejects with ChangeError `exists`, `invalid`. */
export async function createUser(
  node: BrokerNode,
  name: string,
  password: string,
  tags: readonly string[],
): Promise<Receipt<boolean>> {
  node.passwords.check(password);
  checkName(name);
  const isFree = (): void => {
    if (node.auth.user(name) !== undefined) throw new ChangeError('exists', `User '${name}' already exists`);
  };
  isFree();
  const record = await node.passwords.userWith(name, password, tags);
  // Somebody else may have created it meanwhile.
  isFree();
  return putUser(node, record);
}

/** Resolves when the password is hashed. Rejects with ChangeError `not-found`, `invalid`. */
export async function setPassword(node: BrokerNode, name: string, password: string): Promise<Receipt> {
  node.existingUser(name);
  node.passwords.check(password);
  const hash = await node.passwords.hash(password);
  // Its tags may be others by now.
  node.auth.putUser({ ...node.existingUser(name), ...hash });
  return new Receipt(node.store, undefined);
}

/** Puts tags in place of those there were. Throws ChangeError `not-found`. */
export function setTags(node: BrokerNode, name: string, tags: readonly string[]): Receipt {
  node.auth.putUser({ ...node.existingUser(name), tags });
  return new Receipt(node.store, undefined);
}

/** Deletes a user; its connections are closed with 320. Throws ChangeError `not-found`. */
export function deleteUser(node: BrokerNode, name: string): Receipt {
  node.existingUser(name);
  node.deleteUser(name);
  return new Receipt(node.store, undefined);
}

/** Puts limits in place of those there were; what is left out, or negative, is no limit. Throws ChangeError `not-found`, `invalid`. */
export function setUserLimits(node: BrokerNode, name: string, limits: Readonly<Record<string, unknown>>): Receipt {
  node.existingUser(name);
  node.limits.setUser(name, limits);
  return new Receipt(node.store, undefined);
}
