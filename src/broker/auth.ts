/**
 * Users, their passwords and what they may do (RabbitMQ: Access Control). Password hashes are RabbitMQ's own: base64 of a
 * 4-byte salt and the hash of salt and password.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PermissionRecord, UserRecord } from '../store/records.ts';

export type Operation = 'configure' | 'write' | 'read';

/** RabbitMQ's names of hashing algorithms to Node's. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  rabbit_password_hashing_sha256: 'sha256',
  rabbit_password_hashing_sha512: 'sha512',
  rabbit_password_hashing_md5: 'md5',
};

const DEFAULT_ALGORITHM = 'rabbit_password_hashing_sha256';
const SALT_BYTES = 4;

export class Auth {
  readonly #users = new Map<string, UserRecord>();
  /** By user, then vhost. */
  readonly #permissions = new Map<string, Map<string, Permission>>();
  /** Rises with each change, so that remembered answers can be told to be old. */
  version = 0;

  user(name: string): UserRecord | undefined {
    return this.#users.get(name);
  }

  putUser(user: UserRecord): void {
    this.#users.set(user.name, user);
    this.version++;
  }

  putPermission(record: PermissionRecord): void {
    let vhosts = this.#permissions.get(record.user);
    if (vhosts === undefined) this.#permissions.set(record.user, (vhosts = new Map<string, Permission>()));
    vhosts.set(record.vhost, new Permission(record));
    this.version++;
  }

  /** The user's record where name and password are right. */
  authenticate(name: string, password: Buffer): UserRecord | undefined {
    const user = this.#users.get(name);
    return user !== undefined && passwordMatches(user, password) ? user : undefined;
  }

  /** True where the user has any permission record in the vhost. */
  mayAccess(user: string, vhost: string): boolean {
    return this.#permissions.get(user)?.has(vhost) === true;
  }

  may(user: string, vhost: string, operation: Operation, resource: string): boolean {
    return this.#permissions.get(user)?.get(vhost)?.allows(operation, resource) === true;
  }
}

/** A new user's record, with a salt of its own. */
export function userWithPassword(name: string, password: string, tags: readonly string[]): UserRecord {
  const salt = randomBytes(SALT_BYTES);
  const hash = createHash('sha256').update(salt).update(password).digest();
  return {
    name,
    passwordHash: Buffer.concat([salt, hash]).toString('base64'),
    hashingAlgorithm: DEFAULT_ALGORITHM,
    tags,
  };
}

function passwordMatches(user: UserRecord, password: Buffer): boolean {
  const algorithm = ALGORITHMS[user.hashingAlgorithm];
  const stored = Buffer.from(user.passwordHash, 'base64');
  // An empty hash means that no password is right; so does an algorithm that we do not know.
  if (algorithm === undefined || stored.length <= SALT_BYTES) return false;
  const hash = createHash(algorithm).update(stored.subarray(0, SALT_BYTES)).update(password).digest();
  const wanted = stored.subarray(SALT_BYTES);
  return hash.length === wanted.length && timingSafeEqual(hash, wanted);
}

class Permission {
  readonly #patterns: Readonly<Record<Operation, RegExp>>;
  readonly #answers = new Map<string, boolean>();

  constructor({ configure, write, read }: PermissionRecord) {
    this.#patterns = { configure: compile(configure), write: compile(write), read: compile(read) };
  }

  allows(operation: Operation, resource: string): boolean {
    const question = `${operation} ${resource}`;
    let answer = this.#answers.get(question);
    if (answer === undefined) {
      answer = this.#patterns[operation].test(resource);
      if (this.#answers.size >= ANSWERS_KEPT) this.#answers.clear();
      this.#answers.set(question, answer);
    }
    return answer;
  }
}

const ANSWERS_KEPT = 1000;

/** An empty pattern allows nothing, not everything: RabbitMQ reads it as `^$`. */
function compile(pattern: string): RegExp {
  return new RegExp(pattern === '' ? '^$' : pattern, 'u');
}
