/**
 * Definitions may have a password in place of its hash (RabbitMQ: Definitions). Slow hashes are made before the import, which is one step from its
 * begin to its end.
 */
import { ChangeError } from '../arguments/change-error.ts';
import type { UserPasswords } from '../access/user-passwords.ts';
import { DefinitionsError } from './definitions-error.ts';
import { isObject } from './json-cursor.ts';

/**
 * The document with hashes in place of passwords; what makes no sense stays for the import to say so.
 * @throws DefinitionsError for passwords that users may not have
 */
export async function hashPasswords(document: unknown, passwords: UserPasswords): Promise<unknown> {
  if (!isObject(document) || !Array.isArray(document.users)) return document;
  const users: readonly unknown[] = document.users;
  if (!users.some(hasPassword)) return document;
  const problems = users.flatMap((user, i) => {
    const text = hasPassword(user) ? problemOf(user.password, passwords) : undefined;
    return text === undefined ? [] : [{ path: `$.users[${i}].password`, text }];
  });
  if (problems.length > 0) throw new DefinitionsError(problems);
  return { ...document, users: await Promise.all(users.map((user) => hashed(user, passwords))) };
}

interface Passworded {
  readonly password: string;
  readonly [name: string]: unknown;
}

function hasPassword(user: unknown): user is Passworded {
  return isObject(user) && user.password_hash === undefined && typeof user.password === 'string';
}

async function hashed(user: unknown, passwords: UserPasswords): Promise<unknown> {
  if (!hasPassword(user)) return user;
  const { password, ...rest } = user;
  const { passwordHash, hashingAlgorithm } = await passwords.hash(password);
  return { ...rest, password_hash: passwordHash, hashing_algorithm: hashingAlgorithm };
}

function problemOf(password: string, passwords: UserPasswords): string | undefined {
  try {
    passwords.check(password);
    return undefined;
  } catch (error) {
    if (error instanceof ChangeError) return error.message;
    throw error;
  }
}
