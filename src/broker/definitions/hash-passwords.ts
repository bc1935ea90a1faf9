/** Definitions may have a password in place of its hash (RabbitMQ: Definitions). Hashes are made before the import: slow ones, by other threads. */
import { ChangeError } from '../arguments/change-error.ts';
import type { UserPasswords } from '../access/user-passwords.ts';
import { type Findings, isObject } from './json-cursor.ts';

/** The document with hashes in place of passwords; what makes no sense stays for the import to say so. Passwords that users may not have are problems. */
export async function hashPasswords(
  document: unknown,
  passwords: UserPasswords,
  { problems }: Findings,
): Promise<unknown> {
  if (!isObject(document) || !Array.isArray(document.users)) return document;
  const users: readonly unknown[] = document.users;
  if (!users.some(hasPassword)) return document;
  for (const [i, user] of users.entries()) {
    const text = hasPassword(user) ? problemOf(user.password, passwords) : undefined;
    if (text !== undefined) problems.push({ path: `$.users[${i}].password`, text });
  }
  if (problems.length > 0) return document;
  return { ...document, users: await Promise.all(users.map((user) => hashed(user, passwords))) };
}

interface Passworded {
  readonly password: string;
  readonly [name: string]: unknown;
}

function hasPassword(user: unknown): user is Passworded {
  return (
    isObject(user) && user.password_hash === undefined && typeof user.password === 'string' && user.password !== ''
  );
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
