/**
 * The passwords of the broker's own users: how new ones are hashed, what they have to be like, and whether one is right. Slow hashes are
 * computed by few of Node's threads: the event loop goes on meanwhile, and the others of these threads have other work.
 */
import { availableParallelism } from 'node:os';
import type { PasswordConfig, PasswordHashing } from '../../config/password-config.ts';
import type { UserRecord } from '../../store/stored-records.ts';
import type { Chance } from '../../util/chance.ts';
import { FewAtOnce } from '../../util/few-at-once.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { type PasswordHash, passwordMatches, rabbitmqHash } from './passwords.ts';
import { compilePattern } from './pattern.ts';
import { RightPasswords } from './right-passwords.ts';
import { SCRYPT, scryptHash, scryptMatches, unmatchedHash } from './scrypt.ts';

/** Of Node's four threads. */
const MOST_THREADS = 3;

export interface PasswordRules extends Omit<PasswordConfig, 'passwordHashing'> {
  readonly passwordHashing: PasswordHashing;
}

/** One under way. */
interface Comparison {
  readonly result: Promise<boolean>;
  /** Those who wait for it: is it still wanted? */
  readonly waiting: (() => boolean)[];
}

export class UserPasswords {
  readonly #rules: PasswordRules;
  readonly #pattern: RegExp | undefined;
  readonly #threads = new FewAtOnce(Math.min(availableParallelism(), MOST_THREADS));
  readonly #right: RightPasswords;
  /** By hash and digest: many clients of one user cost one. */
  readonly #underWay = new Map<string, Comparison>();
  #unmatched: string | undefined;

  /** Throws ChangeError `invalid` if the pattern that passwords have to match is no regular expression. */
  constructor(rules: PasswordRules, chance: Chance) {
    this.#rules = rules;
    this.#pattern = rules.passwordPattern === undefined ? undefined : compilePattern(rules.passwordPattern);
    this.#right = new RightPasswords(chance);
  }

  /** Throws ChangeError `invalid`, with RabbitMQ's texts, for a password that a user may not be given. */
  check(password: string): void {
    if (password === '') throw new ChangeError('invalid', 'a password must not be empty');
    const { passwordMinLength: least } = this.#rules;
    if (Buffer.byteLength(password) < least) {
      throw new ChangeError('invalid', `minimum required password length is ${least}`);
    }
    if (this.#pattern?.test(password) === false) {
      throw new ChangeError('invalid', 'provided password does not match the validator regular expression');
    }
  }

  /** A user with a password that need not be one that `check` lets pass. */
  async userWith(name: string, password: string, tags: readonly string[]): Promise<UserRecord> {
    return { name, tags, ...(await this.hash(password)) };
  }

  /** A fresh hash of the password, as new ones are hashed. */
  async hash(password: string): Promise<PasswordHash> {
    const { passwordHashing } = this.#rules;
    if (passwordHashing !== 'scrypt') return rabbitmqHash(password, passwordHashing);
    const passwordHash = await this.#threads.run(() => scryptHash(password));
    return { passwordHash, hashingAlgorithm: SCRYPT };
  }

  /**
   * Resolves to whether the password is the user's. For a user that is not there, undefined, it takes as long as for one that is. `isWanted`
   * is asked when its turn comes: who has gone meanwhile costs nothing.
   */
  async matches(
    user: UserRecord | undefined,
    password: Buffer,
    isWanted: () => boolean = () => true,
  ): Promise<boolean> {
    if (user !== undefined && user.hashingAlgorithm !== SCRYPT) return passwordMatches(user, password);
    if (user === undefined && this.#rules.passwordHashing !== 'scrypt') return false;
    const hash = user?.passwordHash ?? (this.#unmatched ??= unmatchedHash());
    const digest = this.#right.digest(password);
    if (this.#right.has(hash, digest)) return true;
    const key = `${hash} ${digest}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) {
      underWay.waiting.push(isWanted);
      return underWay.result;
    }
    if (!isWanted()) return false;
    const waiting = [isWanted];
    const result = this.#threads.run(async () => {
      if (waiting.some((wants) => wants())) return scryptMatches(hash, password);
      // Who comes from now on begins another.
      this.#underWay.delete(key);
      return false;
    });
    this.#underWay.set(key, { result, waiting });
    try {
      const isRight = await result;
      if (isRight) this.#right.add(hash, digest);
      return isRight;
    } finally {
      if (this.#underWay.get(key)?.result === result) this.#underWay.delete(key);
    }
  }
}
