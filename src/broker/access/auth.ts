/** Users and what they may do (RabbitMQ: Access Control). */
import type { PermissionRecord, TopologyChange, UserRecord } from '../../store/stored-records.ts';
import { OWN_COMPONENT, type Parameters } from '../parameters/parameters.ts';
import type { PatternMatcher } from './pattern-matcher.ts';
import { type Operation, Permission, TopicPermission, type TopicPermissionRecord } from './permissions.ts';

const TOPIC_PERMISSIONS = `${OWN_COMPONENT}topic-permission`;

/** What users and permissions are changed by; topic permissions are parameters. */
export type AccessChange = Extract<
  TopologyChange,
  { readonly op: 'put-user' | 'delete-user' | 'put-permission' | 'delete-permission' | 'delete-vhost' }
>;

/** What is kept for a user in a vhost. */
class Rights {
  permission: Permission | undefined;
  /** By exchange. */
  readonly topics = new Map<string, TopicPermission>();
}

export class Auth {
  readonly #commit: (change: AccessChange) => void;
  readonly #parameters: Parameters;
  readonly #patterns: PatternMatcher;
  readonly #users = new Map<string, UserRecord>();
  /** By user, then vhost. */
  readonly #rights = new Map<string, Map<string, Rights>>();
  /** Rises with each change, so that remembered answers can be told to be old. */
  version = 0;

  /** `commit`: has the store told of a change, and this one apply it. */
  constructor(commit: (change: AccessChange) => void, parameters: Parameters, patterns: PatternMatcher) {
    this.#commit = commit;
    this.#parameters = parameters;
    this.#patterns = patterns;
    parameters.watch(TOPIC_PERMISSIONS, (vhost, key, value) => this.#applyTopic(vhost, key, value));
  }

  /** Takes what happened, whoever did it. */
  apply(change: AccessChange): void {
    this.version++;
    switch (change.op) {
      case 'put-user':
        this.#users.set(change.record.name, change.record);
        break;
      case 'delete-user':
        this.#users.delete(change.name);
        this.#rights.delete(change.name);
        break;
      case 'put-permission': {
        const { record } = change;
        this.#rightsOf(record.user, record.vhost).permission = new Permission(record, this.#patterns);
        break;
      }
      case 'delete-permission':
        this.#rightsOf(change.user, change.vhost).permission = undefined;
        break;
      case 'delete-vhost':
        for (const vhosts of this.#rights.values()) vhosts.delete(change.name);
        break;
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
    this.#commit({ op: 'put-user', record: user });
  }

  /** Removes the user with all permissions. */
  deleteUser(name: string): void {
    for (const vhost of this.#rights.get(name)?.keys() ?? []) this.deleteTopicPermissions(name, vhost);
    this.#commit({ op: 'delete-user', name });
  }

  // Permissions

  get permissions(): PermissionRecord[] {
    return this.#all(({ permission }) => (permission === undefined ? [] : [permission.record]));
  }

  /** Throws ChangeError if one of the three is no regular expression. */
  putPermission(record: PermissionRecord): void {
    // What makes no sense is refused before anybody hears of it.
    new Permission(record, this.#patterns);
    this.#commit({ op: 'put-permission', record });
  }

  deletePermission(user: string, vhost: string): void {
    this.#commit({ op: 'delete-permission', user, vhost });
  }

  /** Undefined if the user has none in the vhost. */
  permission(user: string, vhost: string): PermissionRecord | undefined {
    return this.#rights.get(user)?.get(vhost)?.permission?.record;
  }

  /** True if the user has any permission record in the vhost. */
  mayAccess(user: string, vhost: string): boolean {
    return this.permission(user, vhost) !== undefined;
  }

  may(user: string, vhost: string, operation: Operation, resource: string): boolean {
    return this.#rights.get(user)?.get(vhost)?.permission?.allows(operation, resource) === true;
  }

  // Topic permissions

  get topicPermissions(): TopicPermissionRecord[] {
    return this.#all(({ topics }) => [...topics.values()].map(({ record }) => record));
  }

  /** Undefined if nothing is said of the exchange: then any routing key will do. */
  topicPermission(user: string, vhost: string, exchange: string): TopicPermissionRecord | undefined {
    return this.#rights.get(user)?.get(vhost)?.topics.get(exchange)?.record;
  }

  /** Throws ChangeError if one of the two is no regular expression. */
  putTopicPermission(record: TopicPermissionRecord): void {
    const { user, vhost, exchange, write, read } = record;
    new TopicPermission(record, this.#patterns);
    this.#parameters.put(TOPIC_PERMISSIONS, vhost, topicKey(user, exchange), { write, read });
  }

  /** For one exchange, or for all of the vhost. */
  deleteTopicPermissions(user: string, vhost: string, exchange?: string): void {
    const topics = this.#rights.get(user)?.get(vhost)?.topics;
    if (topics === undefined) return;
    for (const name of exchange === undefined ? [...topics.keys()] : [exchange]) {
      this.#parameters.delete(TOPIC_PERMISSIONS, vhost, topicKey(user, name));
    }
  }

  /** True if nothing is said about the exchange, or the routing key is one of those allowed. */
  mayUseTopic(user: string, vhost: string, operation: 'write' | 'read', exchange: string, routingKey: string): boolean {
    return this.#rights.get(user)?.get(vhost)?.topics.get(exchange)?.allows(operation, routingKey) !== false;
  }

  #applyTopic(vhost: string, key: string, value: unknown): void {
    this.version++;
    const [user, exchange] = JSON.parse(key) as [string, string];
    const { topics } = this.#rightsOf(user, vhost);
    if (value === undefined) {
      topics.delete(exchange);
      return;
    }
    const { write, read } = value as { write: string; read: string };
    topics.set(exchange, new TopicPermission({ user, vhost, exchange, write, read }, this.#patterns));
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
