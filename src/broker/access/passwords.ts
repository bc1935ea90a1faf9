/**
 * Password hashes, which are RabbitMQ's own: base64 of a 4-byte salt and the hash of salt and password
 * (RabbitMQ: Passwords).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { UserRecord } from '../../store/stored-records.ts';
import { systemChance } from '../../util/system.ts';

/** RabbitMQ's names of hashing algorithms to Node's. */
export const HASHING_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['rabbit_password_hashing_sha256', 'sha256'],
  ['rabbit_password_hashing_sha512', 'sha512'],
  ['rabbit_password_hashing_md5', 'md5'],
]);

export const DEFAULT_HASHING_ALGORITHM = 'rabbit_password_hashing_sha256';
const SALT_BYTES = 4;

/** Bytes of a salt and a hash by the algorithm; undefined for one that is not known. */
export function hashBytes(hashingAlgorithm: string): number | undefined {
  const algorithm = HASHING_ALGORITHMS.get(hashingAlgorithm);
  return algorithm === undefined ? undefined : SALT_BYTES + createHash(algorithm).digest().length;
}

/** A user's record with a fresh hash of the password. */
export function userWithPassword(name: string, password: string, tags: readonly string[]): UserRecord {
  const salt = systemChance.bytes(SALT_BYTES);
  const hash = createHash('sha256').update(salt).update(password).digest();
  const passwordHash = Buffer.concat([salt, hash]).toString('base64');
  return { name, passwordHash, hashingAlgorithm: DEFAULT_HASHING_ALGORITHM, tags };
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
