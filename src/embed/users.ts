/** `broker.users`: users, their passwords, tags, permissions and limits (RabbitMQ: Access Control). */
import type { UserLimits } from '../broker/access/access-limits.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { TopicPermissionRecord } from '../broker/access/permissions.ts';
import type { PermissionRecord } from '../store/stored-records.ts';
import {
  clearPermissions,
  clearTopicPermissions,
  setPermissions,
  setTopicPermissions,
} from '../broker/operations/permissions.ts';
import {
  createUser,
  deleteUser,
  listUsers,
  setPassword,
  setTags,
  setUserLimits,
  type UserInfo,
} from '../broker/operations/users.ts';

export type { UserInfo };

/** Regular expressions for names of exchanges and queues; an empty one allows nothing. */
export interface Patterns {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** Promises resolve when the change is stored; it counts at once, for connections that are open too. */
export class Users {
  readonly #node: BrokerNode;

  /** @internal */
  constructor(node: BrokerNode) {
    this.#node = node;
  }

  list(): UserInfo[] {
    return listUsers(this.#node);
  }

  /** @throws ChangeError `exists`, `invalid` */
  async create(name: string, password: string, tags: readonly string[] = []): Promise<void> {
    await (await createUser(this.#node, name, password, tags)).untilStored();
  }

  /** @throws ChangeError `not-found`, `invalid` */
  async setPassword(name: string, password: string): Promise<void> {
    await (await setPassword(this.#node, name, password)).untilStored();
  }

  /**
   * Sets the tags in place of those there were; `impersonator` may set any user-id, the others speak to management tools.
   * @throws ChangeError `not-found`
   */
  async setTags(name: string, tags: readonly string[]): Promise<void> {
    await setTags(this.#node, name, tags).untilStored();
  }

  /**
   * Deletes a user; its connections are closed with 320.
   * @throws ChangeError `not-found`
   */
  async delete(name: string): Promise<void> {
    await deleteUser(this.#node, name).untilStored();
  }

  /** Of all users in all vhosts. */
  permissions(): PermissionRecord[] {
    return this.#node.auth.permissions;
  }

  /**
   * Lets the user into the vhost, to do what the patterns allow.
   * @throws ChangeError `not-found`, or `invalid` for what is no regular expression
   */
  async setPermissions(user: string, vhost: string, { configure, write, read }: Patterns): Promise<void> {
    await setPermissions(this.#node, { user, vhost, configure, write, read }).untilStored();
  }

  /** @throws ChangeError `not-found` */
  async clearPermissions(user: string, vhost: string): Promise<void> {
    await clearPermissions(this.#node, user, vhost).untilStored();
  }

  /** Of all users in all vhosts. */
  topicPermissions(): TopicPermissionRecord[] {
    return this.#node.auth.topicPermissions;
  }

  /**
   * Bounds the routing keys that the user may publish with to a topic exchange, and bind its queues to it with. In the
   * patterns {username} and {vhost} stand for the names.
   * @throws ChangeError `not-found`, or `invalid` for what is no regular expression
   */
  async setTopicPermissions(
    user: string,
    vhost: string,
    exchange: string,
    { write, read }: Pick<Patterns, 'write' | 'read'>,
  ): Promise<void> {
    await setTopicPermissions(this.#node, { user, vhost, exchange, write, read }).untilStored();
  }

  /**
   * For one exchange, or for all of the vhost.
   * @throws ChangeError `not-found`
   */
  async clearTopicPermissions(user: string, vhost: string, exchange?: string): Promise<void> {
    await clearTopicPermissions(this.#node, user, vhost, exchange).untilStored();
  }

  /**
   * Sets `max-connections` and `max-channels` in place of the limits there were; what is left out, or negative, is no limit.
   * @throws ChangeError `not-found`, `invalid`
   */
  async setLimits(name: string, limits: UserLimits): Promise<void> {
    await setUserLimits(this.#node, name, { ...limits }).untilStored();
  }
}
