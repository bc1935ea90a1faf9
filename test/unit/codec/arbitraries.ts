/**
 * Random values for the codec's property tests: field tables of every type, and elementary values by their type.
 */
import fc from 'fast-check';
import type { FieldTable, FieldValue } from '../../../src/protocol/field-table.ts';

/** Text of at most 255 bytes in UTF-8. */
export const shortstr = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => Buffer.byteLength(text) <= 255);

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const notUtf8 = bytes.map((tail) => Buffer.concat([Buffer.from([0xc3, 0x28]), tail]));

/** As the reader answers them: a bigint only where a number would lose digits. */
const exact = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

function integer(
  type: 'byte' | 'unsignedbyte' | 'short' | 'unsignedshort' | 'signedint' | 'unsignedint',
  bits: number,
) {
  const signed = type === 'byte' || type === 'short' || type === 'signedint';
  const min = signed ? -(2 ** (bits - 1)) : 0;
  return fc.record({ type: fc.constant(type), value: fc.integer({ min, max: min + 2 ** bits - 1 }) });
}

const { table } = fc.letrec<{ table: FieldTable; value: FieldValue }>((tie) => ({
  table: fc.array(fc.tuple(shortstr, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ type: fc.constant('bool' as const), value: fc.boolean() }),
    integer('byte', 8),
    integer('unsignedbyte', 8),
    integer('short', 16),
    integer('unsignedshort', 16),
    integer('signedint', 32),
    integer('unsignedint', 32),
    fc.record({
      type: fc.constant('long' as const),
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exact),
    }),
    fc.record({
      type: fc.constant('timestamp' as const),
      value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(exact),
    }),
    fc.record({ type: fc.constant('float' as const), value: fc.float() }),
    fc.record({ type: fc.constant('double' as const), value: fc.double() }),
    fc.record({
      type: fc.constant('decimal' as const),
      value: fc.record({ scale: fc.nat(255), unscaled: fc.nat(0xffffffff) }),
    }),
    fc.record({
      type: fc.constant('longstr' as const),
      value: fc.oneof(fc.string({ unit: 'grapheme' }), notUtf8),
    }),
    fc.record({ type: fc.constant('binary' as const), value: bytes }),
    fc.constant({ type: 'void' as const }),
    fc.record({ type: fc.constant('table' as const), value: tie('table') }),
    fc.record({ type: fc.constant('array' as const), value: fc.array(tie('value'), { maxLength: 6 }) }),
  ),
}));

export const fieldTable: fc.Arbitrary<FieldTable> = table;

/** A value that a method's field or a property of this type can hold. */
export function elementary(type: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'bit':
      return fc.boolean();
    case 'octet':
      return fc.nat(0xff);
    case 'short':
      return fc.nat(0xffff);
    case 'long':
      return fc.nat(0xffffffff);
    case 'longlong':
      return fc.maxSafeNat();
    case 'shortstr':
      return shortstr;
    case 'longstr':
      return bytes;
    case 'timestamp':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(exact);
    case 'table':
      return table;
    default:
      throw new Error(`no values for type ${type}`);
  }
}

/** The bytes in the midst of others, as in a frame: what reads past them reads something else each time. */
export function embed(bytes: Uint8Array, filler: number): { buffer: Buffer; start: number; end: number } {
  const margin = Buffer.alloc(300, filler);
  return { buffer: Buffer.concat([margin, bytes, margin]), start: margin.length, end: margin.length + bytes.length };
}
