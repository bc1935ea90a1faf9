/** Users and what they may do, as definitions have them. */
import type { PermissionRecord, UserRecord } from '../../store/stored-records.ts';
import { checkUserLimits } from '../access/access-limits.ts';
import { DEFAULT_HASHING_ALGORITHM, HASH_BYTES, userWithPassword } from '../access/passwords.ts';
import type { TopicPermissionRecord } from '../access/permissions.ts';
import { type JsonObject, readLimits } from './read-limits.ts';
import type { JsonCursor } from './json-cursor.ts';

/** Versions that knew no hashing algorithm but MD5, and did not name it (RabbitMQ's rabbit_auth_backend_internal:hashing_algorithm). */
const BEFORE_3_6 = /^([12]\.|3\.[0-5]\.)/;
const MD5 = 'rabbit_password_hashing_md5';
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/** `version`: that of the broker that wrote the document. */
export function readUser(item: JsonCursor, version: string): { record: UserRecord; limits: JsonObject } {
  const name = item.field('name').name();
  const tags = item.field('tags').words();
  const limits = readLimits(item.field('limits'), checkUserLimits) ?? {};
  const [password, hash] = [item.field('password'), item.field('password_hash')];
  if (!hash.present && password.present) {
    if (password.value === '') password.problem('must not be empty');
    return { record: userWithPassword(name, password.string(), tags), limits };
  }
  if (!hash.present) item.warn('has neither password_hash nor password: nobody can log in as this user');
  const passwordHash = hash.string('').trim();
  const hashingAlgorithm = readAlgorithm(item, Buffer.from(passwordHash, 'base64').length, version);
  if (!BASE64.test(passwordHash)) hash.problem('must be base64 of a salt and its hash, or empty');
  return { record: { name, passwordHash, hashingAlgorithm, tags }, limits };
}

/** The algorithm that is named; if none is, the one of the version, or the only one whose hashes are as long. */
function readAlgorithm(item: JsonCursor, bytes: number, version: string): string {
  const field = item.field('hashing_algorithm');
  const byDefault = BEFORE_3_6.test(version) ? MD5 : DEFAULT_HASHING_ALGORITHM;
  const named = field.string(byDefault);
  const expected = HASH_BYTES.get(named);
  if (bytes === 0 || bytes === expected) return named;
  const [fitting] = Array.from(HASH_BYTES).find(([, its]) => its === bytes) ?? [];
  if (!field.present && fitting !== undefined) {
    field.warn(`is missing; by the length of the hash it is ${fitting}`);
    return fitting;
  }
  // RabbitMQ imports these too, and finds at each login that the password is wrong.
  if (expected === undefined) field.warn(`${named} is not known: no password is right`);
  else item.field('password_hash').warn(`has ${bytes} bytes, ${named} makes ${expected}: no password is right`);
  return named;
}

export function readPermission(item: JsonCursor, vhost: string): PermissionRecord {
  const pattern = (name: string): string => item.field(name).string();
  const user = item.field('user').name();
  return { user, vhost, configure: pattern('configure'), write: pattern('write'), read: pattern('read') };
}

export function readTopicPermission(item: JsonCursor, vhost: string): TopicPermissionRecord {
  const user = item.field('user').name();
  const exchange = item.field('exchange').string();
  return { user, vhost, exchange, write: item.field('write').string(), read: item.field('read').string() };
}
