/**
 * Hashes of passwords by scrypt (RFC 7914): slow, and large in memory, so that who has stolen them tries some dozens a second on each core and
 * not billions on a graphics card. All versions of Node that Leveret runs with have it; argon2 came with 24.7. As in `UserRecord`, in base64:
 *
 * | bytes | what                                                    |
 * | ----- | ------------------------------------------------------- |
 * | 1     | the logarithm of the cost N to the base 2               |
 * | 1     | the size of a block, r                                  |
 * | 1     | how many times in parallel, p                           |
 * | 16    | salt                                                    |
 * | 32    | the hash of the password                                |
 *
 * The cost is that of scrypt's paper for logins, and Node's own: 16 MiB and some 30 ms. A broker that starts again has a thousand users log in at
 * once, whom ten times as much would keep out for minutes.
 */
import { scrypt, timingSafeEqual } from 'node:crypto';
import { systemChance } from '../../util/system.ts';

/** In the place of RabbitMQ's names of algorithms. */
export const SCRYPT = 'leveret_password_hashing_scrypt';

const COST = Buffer.from([14, 8, 1]);
/** What an imported hash may cost: no administrator of another broker is to stop this one. */
const LARGEST_COST = Buffer.from([17, 16, 4]);
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const KEY_AT = COST.length + SALT_BYTES;

export const SCRYPT_BYTES = KEY_AT + KEY_BYTES;

/** A hash of the password with a fresh salt, in base64. Computed by Node's threads. */
export async function scryptHash(password: string | Buffer): Promise<string> {
  const head = Buffer.concat([COST, systemChance.bytes(SALT_BYTES)]);
  return Buffer.concat([head, await keyOf(password, head)]).toString('base64');
}

/** A hash that no password has, and that takes as long to compare with. */
export function unmatchedHash(): string {
  return Buffer.concat([COST, systemChance.bytes(SALT_BYTES + KEY_BYTES)]).toString('base64');
}

/** Resolves to false for what is no such hash, too. */
export async function scryptMatches(hash: string, password: Buffer): Promise<boolean> {
  const stored = Buffer.from(hash, 'base64');
  if (stored.length !== SCRYPT_BYTES || !LARGEST_COST.every((most, i) => stored[i] > 0 && stored[i] <= most))
    return false;
  return timingSafeEqual(await keyOf(password, stored), stored.subarray(KEY_AT));
}

function keyOf(password: string | Buffer, [log2N, r, p, ...rest]: Buffer): Promise<Buffer> {
  const salt = Buffer.from(rest.slice(0, SALT_BYTES));
  const cost = 2 ** log2N;
  const options = { cost, blockSize: r, parallelization: p, maxmem: 256 * cost * r };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
