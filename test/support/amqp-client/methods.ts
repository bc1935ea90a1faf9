/**
 * Methods with defaults for the raw test client: every field a test does not name is zero, empty or false.
 */
import { toFieldTable } from '../../../src/codec/field-table.ts';
import { METHOD_IDS, type Method, type MethodByName } from '../../../src/protocol/generated/methods.ts';
import { decodeMethod } from '../../../src/wire/generated/method-codec.ts';

export type MethodName = Method['name'];

/** A method's fields, each optional; a table may be a plain object (numbers become signedint or long, strings longstr). */
export type Fields<N extends MethodName> = {
  readonly [F in keyof Omit<MethodByName[N], 'name'>]?: MethodByName[N][F] extends ReadonlyMap<string, unknown>
    ? MethodByName[N][F] | Readonly<Record<string, unknown>>
    : MethodByName[N][F];
};

/** The name of the answer to a synchronous method: `queue.declare` is answered by `queue.declare-ok`. */
export type ReplyName<N extends MethodName> = Extract<MethodName, `${N}-ok`>;

export function method<N extends MethodName>(name: N, fields: Fields<N> = {}): MethodByName[N] {
  const filled: Record<string, unknown> = { ...blank(name) };
  for (const [field, value] of Object.entries(fields)) {
    filled[field] = isPlainObject(value) ? toFieldTable(value) : value;
  }
  return filled as unknown as MethodByName[N];
}

/** The fewest zero octets that decode as the method give every field its zero, empty or false. */
function blank(name: MethodName): Method {
  const { classId, methodId } = METHOD_IDS[name];
  const payload = Buffer.alloc(64);
  payload.writeUInt16BE(classId, 0);
  payload.writeUInt16BE(methodId, 2);
  for (let end = 4; ; end++) {
    try {
      return decodeMethod(payload, 0, end);
    } catch (error) {
      if (end === payload.length) throw error;
    }
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
