/**
 * RabbitMQ's hashes of passwords: base64 of a 4-byte salt and the hash of salt and password (RabbitMQ: Passwords). Those that were imported
 * are compared with for ever; scrypt.ts has Leveret's own.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { UserRecord } from '../../store/stored-records.ts';
import { systemChance } from '../../util/system.ts';
import { SCRYPT, SCRYPT_BYTES } from './scrypt.ts';

/** RabbitMQ's names of hashing algorithms to Node's. */
const HASHING_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['rabbit_password_hashing_sha256', 'sha256'],
  ['rabbit_password_hashing_sha512', 'sha512'],
  ['rabbit_password_hashing_md5', 'md5'],
]);

export const DEFAULT_HASHING_ALGORITHM = 'rabbit_password_hashing_sha256';
const SALT_BYTES = 4;

/** Algorithms whose hashes may be given in place of a password, with their lengths in bytes. */
export const HASH_BYTES: ReadonlyMap<string, number> = new Map([
  ...Array.from(HASHING_ALGORITHMS, ([name, its]) => [name, SALT_BYTES + createHash(its).digest().length] as const),
  [SCRYPT, SCRYPT_BYTES],
]);

export type PasswordHash = Pick<UserRecord, 'passwordHash' | 'hashingAlgorithm'>;

/** A fresh hash of the password, as RabbitMQ makes them. */
export function rabbitmqHash(password: string, algorithm: 'sha256' | 'sha512' = 'sha256'): PasswordHash {
  const salt = systemChance.bytes(SALT_BYTES);
  const hash = createHash(algorithm).update(salt).update(password).digest();
  return {
    passwordHash: Buffer.concat([salt, hash]).toString('base64'),
    hashingAlgorithm: `rabbit_password_hashing_${algorithm}`,
  };
}

/** A user's record with such a hash. */
export function userWithPassword(name: string, password: string, tags: readonly string[]): UserRecord {
  return { name, tags, ...rabbitmqHash(password) };
}

export function passwordMatches(user: UserRecord, password: Buffer): boolean {
  const algorithm = HASHING_ALGORITHMS.get(user.hashingAlgorithm);
  const stored = Buffer.from(user.passwordHash, 'base64');
  // An empty hash means that no password is right; so does an algorithm that we do not know.
  if (algorithm === undefined || stored.length <= SALT_BYTES) return false;
  const hash = createHash(algorithm).update(stored.subarray(0, SALT_BYTES)).update(password).digest();
  const wanted = stored.subarray(SALT_BYTES);
  return hash.length === wanted.length && timingSafeEqual(hash, wanted);
}
