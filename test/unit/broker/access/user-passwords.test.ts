/** How the passwords of users are hashed, checked and compared with. */
import { beforeEach, describe, expect, it } from 'vitest';
import { userWithPassword } from '../../../../src/broker/access/passwords.ts';
import { SCRYPT } from '../../../../src/broker/access/scrypt.ts';
import { type PasswordRules, UserPasswords } from '../../../../src/broker/access/user-passwords.ts';
import type { UserRecord } from '../../../../src/store/stored-records.ts';
import { systemChance } from '../../../../src/util/system.ts';

function passwordsBy(rules: Partial<PasswordRules> = {}): UserPasswords {
  const all = { passwordHashing: 'scrypt', passwordMinLength: 1, passwordPattern: undefined, ...rules } as const;
  return new UserPasswords(all, systemChance);
}

const bytes = (text: string) => Buffer.from(text);

describe('passwords hashed by scrypt', () => {
  let passwords: UserPasswords;
  let user: UserRecord;

  beforeEach(async () => {
    passwords = passwordsBy();
    user = await passwords.userWith('u', 'sécret', ['tag']);
  });

  it('have a hash with a salt of its own each time, which no other password has', async () => {
    const other = await passwords.userWith('u', 'sécret', []);
    expect(user).toMatchObject({ name: 'u', tags: ['tag'], hashingAlgorithm: SCRYPT });
    expect(other.passwordHash).not.toBe(user.passwordHash);
    for (const [password, isRight] of [
      ['sécret', true],
      ['secret', false],
      ['', false],
    ] as const) {
      expect(await passwords.matches(user, bytes(password))).toBe(isRight);
    }
  });

  it('are as RFC 7914 says', async () => {
    // The password and the cost of section 12, with a salt of 16 bytes; computed by Python's hashlib.
    const hash = 'DggBAAECAwQFBgcICQoLDA0OD1MWBP5zjfM65izSuZS/4/Vz7SjA2eVUf4dbZBMYnOWa';
    expect(await passwords.matches({ ...user, passwordHash: hash }, bytes('pleaseletmein'))).toBe(true);
  });

  it('take turns of the event loop and not one long one', async () => {
    let turns = 0;
    let done = false;
    const turn = (): void => {
      turns++;
      if (!done) setImmediate(turn);
    };
    turn();
    await passwords.matches(user, bytes('wrong'));
    done = true;
    expect(turns).toBeGreaterThan(5);
  });

  it('cost one comparison for a thousand logins of a user, at once and one after the other', async () => {
    let asked = 0;
    const counted = () => {
      asked++;
      return true;
    };
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => passwords.matches(user, bytes('sécret'), counted)),
    );
    expect(new Set(answers)).toEqual(new Set([true]));
    expect(await passwords.matches(user, bytes('sécret'), counted)).toBe(true);
    // Each comparison asks when it is wanted, and when its turn comes.
    expect(asked).toBe(2);
    expect(await passwords.matches(user, bytes('wrong'), counted)).toBe(false);
    expect(await passwords.matches(user, bytes('wrong'), counted)).toBe(false);
    expect(asked).toBe(6);
  });

  it('are compared with again once the user has another', async () => {
    expect(await passwords.matches(user, bytes('sécret'))).toBe(true);
    const changed = await passwords.userWith('u', 'other', []);
    expect(await passwords.matches(changed, bytes('sécret'))).toBe(false);
  });

  it('cost nothing for who has gone before its turn', async () => {
    expect(await passwords.matches(user, bytes('sécret'), () => false)).toBe(false);
    expect(await passwords.matches(user, bytes('sécret'))).toBe(true);
  });

  it('are compared with for whoever is still there, if the first of a user has gone', async () => {
    // They keep the threads busy, so that the next ones wait for their turn.
    const others = ['a', 'b', 'c', 'd'].map((wrong) => passwords.matches(user, bytes(wrong)));
    let isThere = true;
    const first = passwords.matches(user, bytes('sécret'), () => isThere);
    const second = passwords.matches(user, bytes('sécret'));
    isThere = false;
    expect(await second).toBe(true);
    await Promise.all([first, ...others]);
  });

  it('are compared with for users that are not there, too', async () => {
    const begun = performance.now();
    expect(await passwords.matches(undefined, bytes('sécret'))).toBe(false);
    // A machine that hashes in less has to be met yet.
    expect(performance.now() - begun).toBeGreaterThan(3);
  });

  it.each([
    ['nothing', ''],
    ['too short a hash', 'DggB'],
    ['a cost that would stop the broker', Buffer.from([40, 8, 1, ...new Array<number>(48).fill(0)]).toString('base64')],
    ['a cost of nothing', Buffer.alloc(51).toString('base64')],
  ])('match nothing if the hash is %s', async (_what, passwordHash) => {
    expect(await passwords.matches({ ...user, passwordHash }, bytes('sécret'))).toBe(false);
  });
});

describe('passwords', () => {
  it.each(['sha256', 'sha512'] as const)(
    'are hashed by %s if that is asked for, as RabbitMQ does it',
    async (algorithm) => {
      const passwords = passwordsBy({ passwordHashing: algorithm });
      const user = await passwords.userWith('u', 'secret', []);
      expect(user.hashingAlgorithm).toBe(`rabbit_password_hashing_${algorithm}`);
      expect(await passwords.matches(user, bytes('secret'))).toBe(true);
      expect(await passwords.matches(user, bytes('wrong'))).toBe(false);
    },
  );

  it("are compared with RabbitMQ's hashes, whatever new ones are hashed by", async () => {
    const user = userWithPassword('u', 'secret', []);
    expect(await passwordsBy().matches(user, bytes('secret'))).toBe(true);
    expect(await passwordsBy().matches(user, bytes('wrong'))).toBe(false);
  });

  it('are refused if they are empty, too short, or not as they have to be', () => {
    expect(() => passwordsBy().check('')).toThrow('a password must not be empty');
    const long = passwordsBy({ passwordMinLength: 8 });
    expect(() => long.check('1234567')).toThrow('minimum required password length is 8');
    expect(() => long.check('äöüß')).not.toThrow();
    const digits = passwordsBy({ passwordPattern: '^[[:digit:]]+$' });
    expect(() => digits.check('12a')).toThrow('provided password does not match the validator regular expression');
    expect(() => digits.check('123')).not.toThrow();
  });
});
