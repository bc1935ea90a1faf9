import { describe, expect, test } from 'vitest';
import { sameTable, sameValue } from '../../../../src/broker/arguments/field-equality.ts';
import { plainFieldValue, printFieldValue } from '../../../../src/broker/arguments/print.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import type { FieldValue } from '../../../../src/protocol/field-table.ts';

const long = (value: number | bigint): FieldValue => ({ type: 'long', value });
const text = (value: string | Uint8Array): FieldValue => ({ type: 'longstr', value });
const array = (...value: FieldValue[]): FieldValue => ({ type: 'array', value });
const decimal = (scale: number, unscaled: number): FieldValue => ({ type: 'decimal', value: { scale, unscaled } });

describe('field values', () => {
  test.each<[string, FieldValue, FieldValue, boolean]>([
    ['integers of two types', { type: 'byte', value: 5 }, { type: 'unsignedint', value: 5 }, true],
    ['other integers', long(5), long(6), false],
    ['large integers', long(2n ** 60n), long(2n ** 60n), true],
    ['an integer and a float', long(5), { type: 'double', value: 5 }, false],
    ['floats of two types', { type: 'float', value: 0.5 }, { type: 'double', value: 0.5 }, true],
    ['an integer and its text', long(5), text('5'), false],
    ['texts', text('a'), text('a'), true],
    ['texts of bytes that are no UTF-8', text(Uint8Array.of(0xff)), text(Uint8Array.of(0xff)), true],
    ['other bytes', text(Uint8Array.of(0xff)), text(Uint8Array.of(0xfe)), false],
    ['a text and bytes', text('a'), text(Uint8Array.of(0xff)), false],
    ['a text and binary of the same bytes', text('a'), { type: 'binary', value: Buffer.from('a') }, false],
    ['a timestamp and an integer', { type: 'timestamp', value: 5 }, long(5), false],
    ['booleans', { type: 'bool', value: true }, { type: 'bool', value: false }, false],
    ['nothing and nothing', { type: 'void' }, { type: 'void' }, true],
    ['decimals', decimal(2, 150), decimal(2, 150), true],
    ['decimals of one value and two scales', decimal(2, 150), decimal(1, 15), false],
    ['arrays', array(long(1), text('a')), array({ type: 'short', value: 1 }, text('a')), true],
    ['an array and a longer one', array(long(1)), array(long(1), long(2)), false],
  ])('%s', (_, a, b, expected) => {
    expect([sameValue(a, b), sameValue(b, a)]).toEqual([expected, expected]);
  });

  test('in tables are compared by name, not by place', () => {
    expect(sameTable(toFieldTable({ a: 1, b: { c: 'x' } }), toFieldTable({ b: { c: 'x' }, a: 1 }))).toBe(true);
    expect(sameTable(toFieldTable({ a: 1 }), toFieldTable({ a: 1, b: 2 }))).toBe(false);
    expect(sameTable(toFieldTable({ a: 1 }), toFieldTable({ b: 1 }))).toBe(false);
  });

  test('are printed as the Erlang terms of RabbitMQ texts', () => {
    const printed = [text('foo'), long(5), { type: 'bool', value: true } as const, array(long(1), text('x'))];
    expect(printed.map(printFieldValue)).toEqual(['<<"foo">>', '5', 'true', '[{long,1},{longstr,<<"x">>}]']);
    expect(plainFieldValue(text('foo'))).toBe('foo');
    expect(plainFieldValue(long(5))).toBe('5');
  });
});
