/** Field tables from and to bytes, by vectors and by random values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../src/codec/byte-reader.ts';
import { ByteWriter } from '../../../src/codec/byte-writer.ts';
import { decodeTable, encodeTable } from '../../../src/codec/field-table.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import type { FieldTable, FieldValue } from '../../../src/protocol/field-table.ts';
import { embed, fieldTable } from './arbitraries.ts';

/** One value of each type with its bytes after the field's name, worked out by hand. */
const VECTORS: readonly (readonly [string, FieldValue])[] = [
  ['7401', { type: 'bool', value: true }],
  ['62fe', { type: 'byte', value: -2 }],
  ['42fe', { type: 'unsignedbyte', value: 254 }],
  ['73fffe', { type: 'short', value: -2 }],
  ['75fffe', { type: 'unsignedshort', value: 65534 }],
  ['49fffffffe', { type: 'signedint', value: -2 }],
  ['69fffffffe', { type: 'unsignedint', value: 4294967294 }],
  ['6cfffffffffffffffe', { type: 'long', value: -2 }],
  ['6c7fffffffffffffff', { type: 'long', value: 2n ** 63n - 1n }],
  ['663fc00000', { type: 'float', value: 1.5 }],
  ['643ff8000000000000', { type: 'double', value: 1.5 }],
  ['44020000013a', { type: 'decimal', value: { scale: 2, unscaled: 314 } }],
  ['5300000002c3a9', { type: 'longstr', value: 'é' }],
  ['5300000002c328', { type: 'longstr', value: Buffer.from([0xc3, 0x28]) }],
  ['7800000002c3a9', { type: 'binary', value: Buffer.from('é') }],
  ['54000000006553f100', { type: 'timestamp', value: 1700000000 }],
  ['54ffffffffffffffff', { type: 'timestamp', value: 2n ** 64n - 1n }],
  ['4600000004016b7400', { type: 'table', value: new Map([['k', { type: 'bool', value: false }]]) }],
  ['410000000356' + '7401', { type: 'array', value: [{ type: 'void' }, { type: 'bool', value: true }] }],
  ['56', { type: 'void' }],
];

function decodeAll(bytes: Buffer): FieldTable {
  return decodeTable(bytes, 0, bytes.length);
}

/** A table of tables, `levels` deep. */
function nested(levels: number): Buffer {
  let fields = Buffer.alloc(0);
  for (let level = 0; level < levels; level++) {
    const header = Buffer.from([0, 0x46, 0, 0, 0, 0]);
    header.writeUInt32BE(fields.length, 2);
    fields = Buffer.concat([header, fields]);
  }
  return fields;
}

describe('field tables', () => {
  it.each(VECTORS)('reads and writes %s', (hex, value) => {
    const bytes = Buffer.from(`0161${hex}`, 'hex');
    expect(decodeAll(bytes)).toEqual(new Map([['a', value]]));
    expect(encodeTable(new Map([['a', value]]))).toEqual(bytes);
  });

  it('reads the letter L as a long, as RabbitMQ does', () => {
    const bytes = Buffer.from('01614c0000000000000005', 'hex');
    expect(decodeAll(bytes).get('a')).toEqual({ type: 'long', value: 5 });
  });

  it('reads any octet but zero as true', () => {
    expect(decodeAll(Buffer.from('016174ff', 'hex')).get('a')).toEqual({ type: 'bool', value: true });
  });

  it('keeps the first of two fields with one name', () => {
    expect(decodeAll(Buffer.from('0161420101614202', 'hex')).get('a')).toEqual({ type: 'unsignedbyte', value: 1 });
  });

  it('comes back as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(fieldTable, (table) => {
        expect(decodeAll(encodeTable(table))).toEqual(table);
      }),
    );
  });

  it('fails when cut short anywhere, and never looks past its end', () => {
    fc.assert(
      fc.property(fieldTable, fc.nat(255), (table, filler) => {
        const out = new ByteWriter();
        out.table(table);
        const { buffer, start, end } = embed(out.take(), filler);
        expect(new ByteReader(buffer, start, end).table()).toEqual(table);
        for (let cut = start; cut < end; cut++) {
          expect(() => new ByteReader(buffer, start, cut).table()).toThrow(AmqpError);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a nested value that reaches past the table around it', () => {
    // The inner table claims three bytes more than the outer one has.
    const bytes = Buffer.from('0161' + '4600000007' + '0162' + '5300000009', 'hex');
    expect(() => decodeAll(Buffer.concat([bytes, Buffer.alloc(20, 0x56)]))).toThrow(AmqpError);
  });

  it('refuses an unknown type letter', () => {
    expect(() => decodeAll(Buffer.from('01617a00', 'hex'))).toThrow('FRAME_ERROR - unknown field type 122');
  });

  it('reads 99 nested tables and refuses 20,000 without exhausting the stack', () => {
    expect(decodeAll(nested(99)).size).toBe(1);
    expect(() => decodeAll(nested(20_000))).toThrow('FRAME_ERROR - tables nested deeper than 100 levels');
  });

  it('answers random bytes with a table or with an AmqpError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeAll(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(AmqpError);
        }
      }),
    );
  });

  it('refuses to write a number that its type cannot hold', () => {
    expect(() => encodeTable(new Map([['a', { type: 'byte', value: 128 }]]))).toThrow(RangeError);
    expect(() => encodeTable(new Map([['a', { type: 'long', value: 2n ** 63n }]]))).toThrow(RangeError);
    expect(() => encodeTable(new Map([['x'.repeat(256), { type: 'void' }]]))).toThrow(RangeError);
  });
});
