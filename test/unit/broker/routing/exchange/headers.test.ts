import { describe, expect, test } from 'vitest';
import { toFieldTable } from '../../../../../src/codec/field-table.ts';
import { AmqpError } from '../../../../../src/protocol/amqp-error.ts';
import type { FieldTable } from '../../../../../src/protocol/field-table.ts';
import { bind, exchangeOf, matched } from './support.ts';

function isMatched(args: FieldTable | Record<string, unknown>, headers: Record<string, unknown>): boolean {
  const exchange = exchangeOf('headers');
  bind(exchange, 'q', '', args instanceof Map ? args : toFieldTable(args as Record<string, unknown>));
  return matched(exchange, 'any key', headers).length === 1;
}

describe('a headers exchange', () => {
  test.each([
    ['all by default', { a: 1, b: 'x' }, { a: 1, b: 'x', c: 2 }, true],
    ['all by default', { a: 1, b: 'x' }, { a: 1 }, false],
    ['all', { 'x-match': 'all', a: 1, b: 'x' }, { a: 1, b: 'y' }, false],
    ['all of nothing', { 'x-match': 'all' }, {}, true],
    ['all, where fields that begin with x- do not count', { 'x-match': 'all', 'x-own': 1, a: 1 }, { a: 1 }, true],
    ['any', { 'x-match': 'any', a: 1, b: 'x' }, { a: 2, b: 'x' }, true],
    ['any', { 'x-match': 'any', a: 1, b: 'x' }, { a: 2, b: 'y' }, false],
    ['any of nothing', { 'x-match': 'any' }, { a: 1 }, false],
    ['any, where fields that begin with x- do not count', { 'x-match': 'any', 'x-own': 1 }, { 'x-own': 1 }, false],
    ['all-with-x', { 'x-match': 'all-with-x', 'x-own': 1, a: 1 }, { a: 1 }, false],
    ['all-with-x', { 'x-match': 'all-with-x', 'x-own': 1, a: 1 }, { a: 1, 'x-own': 1 }, true],
    ['any-with-x', { 'x-match': 'any-with-x', 'x-own': 1, a: 1 }, { 'x-own': 1 }, true],
    [
      'any-with-x, where x-match itself does not count',
      { 'x-match': 'any-with-x' },
      { 'x-match': 'any-with-x' },
      false,
    ],
  ])('matches %s: %j with %j: %s', (_, args, headers, expected) => {
    expect(isMatched(args, headers)).toBe(expected);
  });

  test('compares by value and type, all integers as one type', () => {
    const short: FieldTable = new Map([['n', { type: 'short', value: 5 }]]);
    expect(isMatched(short, { n: 5 })).toBe(true);
    expect(isMatched(short, { n: 6 })).toBe(false);
    expect(isMatched(short, { n: '5' })).toBe(false);
    expect(isMatched({ n: '5' }, { n: 5 })).toBe(false);
    expect(isMatched({ flag: true }, { flag: true })).toBe(true);
    expect(isMatched({ flag: true }, { flag: false })).toBe(false);
    expect(isMatched({ nested: { a: [1, 'x'] } }, { nested: { a: [1, 'x'] } })).toBe(true);
    expect(isMatched({ nested: { a: [1, 'x'] } }, { nested: { a: [1, 'y'] } })).toBe(false);
  });

  test('takes a void argument to mean that the header is there, whatever its value', () => {
    const presence: FieldTable = new Map([['n', { type: 'void' }]]);
    expect(isMatched(presence, { n: 'anything' })).toBe(true);
    expect(isMatched(presence, { other: 1 })).toBe(false);
  });

  test('refuses an x-match that it does not know, in RabbitMQ words', () => {
    const exchange = exchangeOf('headers');
    const refuse = (args: FieldTable) => () => {
      const binding = { source: exchange, destination: exchangeOf('fanout'), routingKey: '', arguments: args };
      // What a binding is validated by is the whole of it.
      exchange.validateBinding(binding);
    };
    expect(refuse(toFieldTable({ 'x-match': 'some' }))).toThrow(
      new AmqpError(
        'PRECONDITION_FAILED',
        'Invalid x-match field value <<"some">>; expected all, any, all-with-x, or any-with-x',
      ),
    );
    expect(refuse(toFieldTable({ 'x-match': 5 }))).toThrow(
      new AmqpError('PRECONDITION_FAILED', 'Invalid x-match field type signedint (value 5); expected longstr'),
    );
    expect(refuse(toFieldTable({ 'x-match': 'any-with-x' }))).not.toThrow();
  });

  test('no longer matches what was unbound', () => {
    const exchange = exchangeOf('headers');
    exchange.unbind(bind(exchange, 'a'));
    bind(exchange, 'b');
    expect(matched(exchange, '')).toEqual(['b']);
  });
});
