import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { passwordMatches, userWithPassword } from '../../../../src/broker/access/passwords.ts';
import type { UserRecord } from '../../../../src/store/stored-records.ts';

function user(passwordHash: string, hashingAlgorithm = 'rabbit_password_hashing_sha256'): UserRecord {
  return { name: 'u', passwordHash, hashingAlgorithm, tags: [] };
}

const matches = (record: UserRecord, password: string) => passwordMatches(record, Buffer.from(password));

describe('a password', () => {
  test('matches the hash that RabbitMQ documents for it', () => {
    // RabbitMQ: Passwords, "Computing Password Hash": salt 908D C60A, password test12.
    const documented = user('kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR');
    expect(matches(documented, 'test12')).toBe(true);
    expect(matches(documented, 'test13')).toBe(false);
    expect(matches(documented, '')).toBe(false);
  });

  test.each(['sha256', 'sha512', 'md5'])('matches a hash of %s, salt first', (algorithm) => {
    const salt = Buffer.from('90 8d c6 0a'.replaceAll(' ', ''), 'hex');
    const hash = createHash(algorithm).update(salt).update('pässword').digest();
    const record = user(Buffer.concat([salt, hash]).toString('base64'), `rabbit_password_hashing_${algorithm}`);
    expect(matches(record, 'pässword')).toBe(true);
    expect(matches(record, 'password')).toBe(false);
    expect(matches({ ...record, hashingAlgorithm: 'rabbit_password_hashing_unknown' }, 'pässword')).toBe(false);
  });

  test('never matches where there is no hash', () => {
    for (const hash of ['', 'kI3GCg=='])
      for (const password of ['', 'x']) expect(matches(user(hash), password)).toBe(false);
  });

  test('gets a hash with a salt of its own each time', () => {
    const [one, other] = [userWithPassword('u', 'secret', ['tag']), userWithPassword('u', 'secret', ['tag'])];
    expect(one.passwordHash).not.toBe(other.passwordHash);
    expect([matches(one, 'secret'), matches(other, 'secret'), matches(one, 'Secret')]).toEqual([true, true, false]);
    expect(Buffer.from(one.passwordHash, 'base64')).toHaveLength(4 + 32);
    expect([one.name, one.tags]).toEqual(['u', ['tag']]);
  });
});
