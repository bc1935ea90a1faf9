/** The broker's own users, with their passwords and permissions. */
import type { UserRecord } from '../../store/stored-records.ts';
import type { EntityKind } from '../arguments/errors.ts';
import type { Auth } from './auth.ts';
import type { AuthBackend, Authority, Credentials, Identity, LoginPeer, Refusal } from './identity.ts';
import type { Operation } from './permissions.ts';
import type { UserPasswords } from './user-passwords.ts';

export class InternalBackend implements AuthBackend {
  readonly name = 'internal';
  readonly #node: { readonly auth: Auth; readonly passwords: UserPasswords };

  constructor(node: { readonly auth: Auth; readonly passwords: UserPasswords }) {
    this.#node = node;
  }

  async authenticate({ user, password }: Credentials, peer: LoginPeer): Promise<Identity | Refusal> {
    const { auth, passwords } = this.#node;
    const identity = internalIdentity(auth, user);
    if (password === undefined) return identity ?? { refusal: `user '${user}' - invalid credentials` };
    const isRight = await passwords.matches(auth.user(user), password, () => !peer.gone);
    // The user may have been given another password meanwhile.
    return isRight && identity?.holds ? identity : { refusal: `wrong name or password for user '${user}'` };
  }

  authorize(user: string): Promise<Identity | Refusal> {
    return Promise.resolve(internalIdentity(this.#node.auth, user) ?? { refusal: `there is no user '${user}'` });
  }
}

/** Undefined if there is no such user. */
export function internalIdentity(auth: Auth, user: string): Identity | undefined {
  const record = auth.user(user);
  return record && new InternalIdentity(auth, record);
}

class InternalIdentity implements Identity, Authority {
  readonly name: string;
  readonly expiresAt = Infinity;
  readonly #auth: Auth;
  readonly #passwordHash: string;

  constructor(auth: Auth, { name, passwordHash }: UserRecord) {
    this.#auth = auth;
    this.name = name;
    this.#passwordHash = passwordHash;
  }

  get authority(): Authority {
    return this;
  }

  get tags(): readonly string[] {
    return this.#auth.user(this.name)?.tags ?? [];
  }

  get holds(): boolean {
    return this.#auth.user(this.name)?.passwordHash === this.#passwordHash;
  }

  /** Passwords do not expire: a new one changes nothing, and is taken as by RabbitMQ. */
  renew(): Promise<Identity> {
    return Promise.resolve(this);
  }

  get version(): number {
    return this.#auth.version;
  }

  mayEnter(vhost: string): boolean {
    return this.#auth.mayAccess(this.name, vhost);
  }

  may(vhost: string, operation: Operation, _kind: EntityKind, name: string): boolean {
    return this.#auth.may(this.name, vhost, operation, name);
  }

  mayUseTopic(vhost: string, operation: 'write' | 'read', exchange: string, routingKey: string): boolean {
    return this.#auth.mayUseTopic(this.name, vhost, operation, exchange, routingKey);
  }

  isBoundByTopic(vhost: string, exchange: string): boolean {
    return this.#auth.topicPermission(this.name, vhost, exchange) !== undefined;
  }
}
