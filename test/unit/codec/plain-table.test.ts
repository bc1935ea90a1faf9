/** Field tables from and to plain JavaScript values. */
import { describe, expect, it } from 'vitest';
import { fromFieldTable, fromFieldValue, toFieldTable } from '../../../src/codec/field-table.ts';

describe('toFieldTable', () => {
  it.each([
    ['text', { type: 'longstr', value: 'text' }],
    [2147483647, { type: 'signedint', value: 2147483647 }],
    [2147483648, { type: 'long', value: 2147483648 }],
    [-2147483648, { type: 'signedint', value: -2147483648 }],
    [-2147483649, { type: 'long', value: -2147483649 }],
    [2n ** 60n, { type: 'long', value: 2n ** 60n }],
    [1.5, { type: 'double', value: 1.5 }],
    [1e300, { type: 'double', value: 1e300 }],
    [false, { type: 'bool', value: false }],
    [null, { type: 'void' }],
    [new Date(1500), { type: 'timestamp', value: 1 }],
    [Buffer.from([1]), { type: 'binary', value: Buffer.from([1]) }],
    [
      [1, 'a'],
      {
        type: 'array',
        value: [
          { type: 'signedint', value: 1 },
          { type: 'longstr', value: 'a' },
        ],
      },
    ],
    [{ b: true }, { type: 'table', value: new Map([['b', { type: 'bool', value: true }]]) }],
  ])('gives %s its type', (plain, typed) => {
    expect(toFieldTable({ a: plain }).get('a')).toEqual(typed);
  });

  it('leaves undefined fields out', () => {
    expect(toFieldTable({ a: undefined, b: 1 }).size).toBe(1);
  });

  it('refuses what no field can hold', () => {
    expect(() => toFieldTable({ a: () => 1 })).toThrow('a field table cannot hold a function');
  });

  it('refuses an object that contains itself instead of exhausting the stack', () => {
    const object: Record<string, unknown> = {};
    object['self'] = object;
    expect(() => toFieldTable(object)).toThrow('nested deeper than 100 levels');
  });
});

describe('fromFieldTable', () => {
  it('gives back what toFieldTable was given', () => {
    const plain = {
      text: 'é',
      number: -7,
      big: 2 ** 40,
      fraction: 0.25,
      yes: true,
      nothing: null,
      at: new Date(1_700_000_000_000),
      bytes: Buffer.from([0, 255]),
      list: [1, ['nested', { deep: [] }]],
      table: { a: { b: { c: 'd' } } },
    };
    expect(fromFieldTable(toFieldTable(plain))).toEqual(plain);
  });

  it('turns a decimal into a number', () => {
    expect(fromFieldValue({ type: 'decimal', value: { scale: 2, unscaled: 314 } })).toBe(3.14);
  });

  it('keeps a field called __proto__ as a field', () => {
    const object = fromFieldTable(new Map([['__proto__', { type: 'longstr', value: 'x' }]]));
    expect(Object.keys(object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  });
});
