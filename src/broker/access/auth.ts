/** Users, their passwords and what they may do (RabbitMQ: Access Control). What changes is told to the store in the same call. */
import type { PermissionRecord, RecoveredState, UserRecord } from '../../store/stored-records.ts';
import type { Store } from '../../store/store.ts';
import { OWN_COMPONENT, type Parameters } from '../parameters/parameters.ts';
import type { PatternMatcher } from './pattern-matcher.ts';
import { passwordMatches } from './passwords.ts';
import { type Operation, Permission, TopicPermission, type TopicPermissionRecord } from './permissions.ts';
import { recoverEntity } from '../../store/recovered-state.ts';

const TOPIC_PERMISSIONS = `${OWN_COMPONENT}topic-permission`;

/** What is kept for a user in a vhost. */
class Rights {
  permission: Permission | undefined;
  /** By exchange. */
  readonly topics = new Map<string, TopicPermission>();
}

export class Auth {
  readonly #store: Pick<Store, 'change'>;
  readonly #parameters: Parameters;
  readonly #patterns: PatternMatcher;
  readonly #users = new Map<string, UserRecord>();
  /** By user, then vhost. */
  readonly #rights = new Map<string, Map<string, Rights>>();
  /** Rises with each change, so that remembered answers can be told to be old. */
  version = 0;

  constructor(store: Pick<Store, 'change'>, parameters: Parameters, patterns: PatternMatcher) {
    this.#store = store;
    this.#parameters = parameters;
    this.#patterns = patterns;
  }

  /** Takes in what the store has. The parameters are recovered before. */
  recover({ users, permissions, vhosts }: RecoveredState): void {
    for (const user of users) this.#users.set(user.name, user);
    for (const record of permissions) {
      recoverEntity(`a permission of user '${record.user}'`, () => {
        this.#rightsOf(record.user, record.vhost).permission = new Permission(record, this.#patterns);
      });
    }
    for (const { name: vhost } of vhosts) {
      for (const [key, value] of this.#parameters.of(TOPIC_PERMISSIONS, vhost)) {
        recoverEntity(`topic permission ${key}`, () => {
          const [user, exchange] = JSON.parse(key) as [string, string];
          const { write, read } = value as { write: string; read: string };
          const topic = new TopicPermission({ user, vhost, exchange, write, read }, this.#patterns);
          this.#rightsOf(user, vhost).topics.set(exchange, topic);
        });
      }
    }
  }

  // Users

  user(name: string): UserRecord | undefined {
    return this.#users.get(name);
  }

  get users(): IterableIterator<UserRecord> {
    return this.#users.values();
  }

  /** Creates the user or takes the place of the one of this name; permissions stay. */
  putUser(user: UserRecord): void {
    this.#users.set(user.name, user);
    this.version++;
    this.#store.change({ op: 'put-user', record: user });
  }

  /** Removes the user with all permissions. */
  deleteUser(name: string): void {
    for (const vhost of this.#rights.get(name)?.keys() ?? []) this.deleteTopicPermissions(name, vhost);
    this.#rights.delete(name);
    this.#users.delete(name);
    this.version++;
    this.#store.change({ op: 'delete-user', name });
  }

  /** The user's record where name and password are right. */
  authenticate(name: string, password: Buffer): UserRecord | undefined {
    const user = this.#users.get(name);
    return user !== undefined && passwordMatches(user, password) ? user : undefined;
  }

  // Permissions

  get permissions(): PermissionRecord[] {
    return this.#all(({ permission }) => (permission === undefined ? [] : [permission.record]));
  }

  /** Throws ChangeError where one of the three is no regular expression. */
  putPermission(record: PermissionRecord): void {
    this.#rightsOf(record.user, record.vhost).permission = new Permission(record, this.#patterns);
    this.version++;
    this.#store.change({ op: 'put-permission', record });
  }

  deletePermission(user: string, vhost: string): void {
    const rights = this.#rights.get(user)?.get(vhost);
    if (rights !== undefined) rights.permission = undefined;
    this.version++;
    this.#store.change({ op: 'delete-permission', user, vhost });
  }

  /** True where the user has any permission record in the vhost. */
  mayAccess(user: string, vhost: string): boolean {
    return this.#rights.get(user)?.get(vhost)?.permission !== undefined;
  }

  may(user: string, vhost: string, operation: Operation, resource: string): boolean {
    return this.#rights.get(user)?.get(vhost)?.permission?.allows(operation, resource) === true;
  }

  // Topic permissions

  get topicPermissions(): TopicPermissionRecord[] {
    return this.#all(({ topics }) => [...topics.values()].map(({ record }) => record));
  }

  hasTopicPermission(user: string, vhost: string, exchange: string): boolean {
    return this.#rights.get(user)?.get(vhost)?.topics.has(exchange) === true;
  }

  /** Throws ChangeError where one of the two is no regular expression. */
  putTopicPermission(record: TopicPermissionRecord): void {
    const { user, vhost, exchange, write, read } = record;
    this.#rightsOf(user, vhost).topics.set(exchange, new TopicPermission(record, this.#patterns));
    this.version++;
    this.#parameters.put(TOPIC_PERMISSIONS, vhost, topicKey(user, exchange), { write, read });
  }

  /** For one exchange, or for all of the vhost. */
  deleteTopicPermissions(user: string, vhost: string, exchange?: string): void {
    const topics = this.#rights.get(user)?.get(vhost)?.topics;
    if (topics === undefined) return;
    for (const name of exchange === undefined ? [...topics.keys()] : [exchange]) {
      topics.delete(name);
      this.#parameters.delete(TOPIC_PERMISSIONS, vhost, topicKey(user, name));
    }
    this.version++;
  }

  /** True where nothing is said about the exchange, or the routing key is one of those allowed. */
  mayUseTopic(user: string, vhost: string, operation: 'write' | 'read', exchange: string, routingKey: string): boolean {
    return this.#rights.get(user)?.get(vhost)?.topics.get(exchange)?.allows(operation, routingKey) !== false;
  }

  /** The vhost is gone, and its rows with it. */
  forgetVhost(vhost: string): void {
    for (const vhosts of this.#rights.values()) vhosts.delete(vhost);
    this.version++;
  }

  #rightsOf(user: string, vhost: string): Rights {
    let vhosts = this.#rights.get(user);
    if (vhosts === undefined) this.#rights.set(user, (vhosts = new Map<string, Rights>()));
    let rights = vhosts.get(vhost);
    if (rights === undefined) vhosts.set(vhost, (rights = new Rights()));
    return rights;
  }

  #all<Found>(found: (rights: Rights) => readonly Found[]): Found[] {
    return [...this.#rights.values()].flatMap((vhosts) => [...vhosts.values()].flatMap(found));
  }
}

function topicKey(user: string, exchange: string): string {
  return JSON.stringify([user, exchange]);
}
