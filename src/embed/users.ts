/** `broker.users`: users, their passwords, tags, permissions and limits (RabbitMQ: Access Control). */
import { ChangeError } from '../broker/arguments/change-error.ts';
import type { UserLimits } from '../broker/access/limits.ts';
import type { Node } from '../broker/topology/node.ts';
import { userWithPassword } from '../broker/access/passwords.ts';
import type { TopicPermissionRecord } from '../broker/access/permissions.ts';
import type { PermissionRecord } from '../store/records.ts';
import { stored } from './stored.ts';
import { checkName } from './vhosts.ts';

export interface UserInfo {
  readonly name: string;
  readonly tags: readonly string[];
  readonly limits: UserLimits;
}

/** Regular expressions for names of exchanges and queues; an empty one allows nothing. */
export interface Patterns {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** Promises resolve when the change is stored; it counts at once, for connections that are open too. */
export class Users {
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  list(): UserInfo[] {
    return Array.from(this.#node.auth.users, ({ name, tags }) => ({
      name,
      tags,
      limits: this.#node.limits.user(name),
    }));
  }

  /** @throws ChangeError `exists`, `invalid` */
  async create(name: string, password: string, tags: readonly string[] = []): Promise<void> {
    checkName(name);
    if (this.#node.auth.user(name) !== undefined) throw new ChangeError('exists', `User '${name}' already exists`);
    this.#node.auth.putUser(userWithPassword(name, checkPassword(password), tags));
    await stored(this.#node);
  }

  /** @throws ChangeError `not-found`, `invalid` */
  async setPassword(name: string, password: string): Promise<void> {
    const { tags } = this.#node.existingUser(name);
    this.#node.auth.putUser(userWithPassword(name, checkPassword(password), tags));
    await stored(this.#node);
  }

  /**
   * Sets the tags in place of those there were; `impersonator` may set any user-id, the others speak to management tools.
   * @throws ChangeError `not-found`
   */
  async setTags(name: string, tags: readonly string[]): Promise<void> {
    this.#node.auth.putUser({ ...this.#node.existingUser(name), tags });
    await stored(this.#node);
  }

  /**
   * Deletes a user; its connections are closed with 320.
   * @throws ChangeError `not-found`
   */
  async delete(name: string): Promise<void> {
    this.#node.existingUser(name);
    this.#node.deleteUser(name);
    await stored(this.#node);
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
    this.#exist(user, vhost);
    this.#node.auth.putPermission({ user, vhost, configure, write, read });
    await stored(this.#node);
  }

  /** @throws ChangeError `not-found` */
  async clearPermissions(user: string, vhost: string): Promise<void> {
    this.#exist(user, vhost);
    this.#node.auth.deletePermission(user, vhost);
    await stored(this.#node);
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
    this.#exist(user, vhost);
    this.#node.auth.putTopicPermission({ user, vhost, exchange, write, read });
    await stored(this.#node);
  }

  /**
   * For one exchange, or for all of the vhost.
   * @throws ChangeError `not-found`
   */
  async clearTopicPermissions(user: string, vhost: string, exchange?: string): Promise<void> {
    this.#exist(user, vhost);
    this.#node.auth.deleteTopicPermissions(user, vhost, exchange);
    await stored(this.#node);
  }

  /**
   * Sets `max-connections` and `max-channels` in place of the limits there were; what is left out, or negative, is no limit.
   * @throws ChangeError `not-found`, `invalid`
   */
  async setLimits(name: string, limits: UserLimits): Promise<void> {
    this.#node.existingUser(name);
    this.#node.limits.setUser(name, { ...limits });
    await stored(this.#node);
  }

  #exist(user: string, vhost: string): void {
    this.#node.existingUser(user);
    this.#node.existingVhost(vhost);
  }
}

function checkPassword(password: string): string {
  if (password === '') throw new ChangeError('invalid', 'a password must not be empty');
  return password;
}
