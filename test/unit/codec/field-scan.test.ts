/** Looking into field tables without decoding them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkFields,
  decodeFieldAt,
  decodeTable,
  encodeTable,
  findTableField,
  forEachField,
  skipTable,
  toFieldTable,
} from '../../../src/codec/field-table.ts';
import { AmqpError } from '../../../src/protocol/amqp-error.ts';
import type { FieldTable } from '../../../src/protocol/field-table.ts';
import { embed, fieldTable } from './arbitraries.ts';

describe('findTableField', () => {
  it('finds the bytes of a text without its length', () => {
    const bytes = encodeTable(toFieldTable({ other: 1, 'x-match': 'any' }));
    const found = findTableField(bytes, 0, bytes.length, 'x-match')!;
    expect(found.type).toBe('longstr');
    expect(bytes.toString('utf8', found.valueStart, found.valueEnd)).toBe('any');
  });

  it('does not take a nested field, a longer or a shorter name for the one asked for', () => {
    const bytes = encodeTable(toFieldTable({ outer: { CC: 1 }, CCC: 2, C: 3 }));
    expect(findTableField(bytes, 0, bytes.length, 'CC')).toBeUndefined();
  });

  it('finds the fields of a table within a table', () => {
    const bytes = encodeTable(toFieldTable({ outer: { inner: true } }));
    const outer = findTableField(bytes, 0, bytes.length, 'outer')!;
    const inner = findTableField(bytes, outer.valueStart, outer.valueEnd, 'inner')!;
    expect(decodeFieldAt(bytes, inner)).toEqual({ type: 'bool', value: true });
  });

  it('finds every field that the table has, with the value that decoding gives', () => {
    fc.assert(
      fc.property(fieldTable, fc.nat(255), (table, filler) => {
        const { buffer, start, end } = embed(encodeTable(table), filler);
        for (const [name, value] of table) {
          expect(decodeFieldAt(buffer, findTableField(buffer, start, end, name)!)).toEqual(value);
        }
      }),
    );
  });
});

describe('forEachField', () => {
  it('visits the fields in order and stops when told to', () => {
    const bytes = encodeTable(toFieldTable({ a: 1, b: { nested: 2 }, c: 'x' }));
    const names: string[] = [];
    forEachField(bytes, 0, bytes.length, (nameStart, nameEnd) => {
      names.push(bytes.toString('utf8', nameStart, nameEnd));
    });
    expect(names).toEqual(['a', 'b', 'c']);
    let visits = 0;
    forEachField(bytes, 0, bytes.length, () => ++visits < 2);
    expect(visits).toBe(2);
  });

  it('gives the ranges of names and values that rebuild the table', () => {
    fc.assert(
      fc.property(fieldTable, (table) => {
        const bytes = encodeTable(table);
        const rebuilt = new Map();
        forEachField(bytes, 0, bytes.length, (nameStart, nameEnd, type, valueStart, valueEnd) => {
          rebuilt.set(bytes.toString('utf8', nameStart, nameEnd), decodeFieldAt(bytes, { type, valueStart, valueEnd }));
        });
        expect(rebuilt as FieldTable).toEqual(table);
      }),
    );
  });
});

describe('skipTable', () => {
  it('answers the position after the table, and fails where the table is longer than the range', () => {
    const bytes = Buffer.from([9, 0, 0, 0, 2, 1, 1, 7]);
    expect(skipTable(bytes, 1, 8)).toBe(7);
    expect(() => skipTable(bytes, 1, 6)).toThrow(AmqpError);
    expect(() => skipTable(bytes, 1, 4)).toThrow(AmqpError);
  });
});

describe('checkFields', () => {
  it('agrees with the decoder on random and on damaged bytes', () => {
    const damaged = fc.tuple(fieldTable, fc.nat(), fc.nat(255)).map(([table, at, value]) => {
      const bytes = encodeTable(table);
      if (bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes;
    });
    const random = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => {
        expect(outcome(() => checkFields(bytes, 0, bytes.length))).toBe(
          outcome(() => decodeTable(bytes, 0, bytes.length)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('refuses deep nesting', () => {
    const fields = Buffer.alloc(6 * 200);
    for (let level = 0; level < 200; level++) {
      fields[level * 6 + 1] = 0x46;
      fields.writeUInt32BE(fields.length - (level + 1) * 6, level * 6 + 2);
    }
    expect(() => checkFields(fields, 0, fields.length)).toThrow('nested deeper than 100 levels');
  });
});

function outcome(run: () => unknown): string {
  try {
    run();
    return 'valid';
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    return error.message;
  }
}
