/**
 * Passwords that were found right, so that a client that comes again, or asks by HTTP ten times a second, does not cost a slow hash each time.
 * What is kept of each is a hash under a key that only this process knows and that is nowhere else: without the process it is worth nothing.
 */
import { createHmac } from 'node:crypto';
import type { Chance } from '../../util/chance.ts';

const MOST = 10_000;

export class RightPasswords {
  readonly #key: Buffer;
  /** By the stored hash: with another password a user has another one. */
  readonly #digests = new Map<string, string>();

  constructor(chance: Chance) {
    this.#key = chance.bytes(32);
  }

  digest(password: Buffer): string {
    return createHmac('sha256', this.#key).update(password).digest('base64');
  }

  has(passwordHash: string, digest: string): boolean {
    return this.#digests.get(passwordHash) === digest;
  }

  add(passwordHash: string, digest: string): void {
    if (this.#digests.size >= MOST) this.#digests.delete(this.#digests.keys().next().value!);
    this.#digests.set(passwordHash, digest);
  }
}
