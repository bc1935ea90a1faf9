import { describe, expect, test } from 'vitest';
import { toFieldTable } from '../../../../../src/codec/field-table.ts';
import { bind, exchangeOf, matched } from './support.ts';

describe('a direct exchange', () => {
  test('matches bindings whose key is the routing key, all of it and nothing else', () => {
    const exchange = exchangeOf('direct');
    for (const [name, key] of ['a=k', 'b=k', 'c=k.*', 'd=', 'e=K'].map((pair) => pair.split('=')))
      bind(exchange, name, key);
    expect(matched(exchange, 'k')).toEqual(['a', 'b']);
    expect(matched(exchange, 'k.*')).toEqual(['c']);
    expect(matched(exchange, 'k.x')).toEqual([]);
    expect(matched(exchange, '')).toEqual(['d']);
  });

  test('no longer matches what was unbound, and still matches the others of that key', () => {
    const exchange = exchangeOf('direct');
    const a = bind(exchange, 'a', 'k');
    bind(exchange, 'b', 'k');
    expect(exchange.unbind(a)).toBe(a);
    expect(matched(exchange, 'k')).toEqual(['b']);
    expect(exchange.unbind(a)).toBeUndefined();
  });
});

test('a fanout exchange matches every binding, whatever the key', () => {
  const exchange = exchangeOf('fanout');
  bind(exchange, 'a', 'x');
  const b = bind(exchange, 'b');
  expect(matched(exchange, 'y')).toEqual(['a', 'b']);
  exchange.unbind(b);
  expect(matched(exchange, 'y')).toEqual(['a']);
});

describe('two bindings are one', () => {
  const args = toFieldTable({ x: 1 });
  const destination = exchangeOf('fanout', 'destination');

  test('where destination, key and arguments are the same', () => {
    const source = exchangeOf('direct');
    const binding = { source, destination, routingKey: 'k', arguments: args };
    expect(source.bind(binding)).toBe(true);
    expect(source.bind({ ...binding, arguments: toFieldTable({ x: 1 }) })).toBe(false);
    expect([...source.bindings]).toEqual([binding]);
    expect([...destination.incoming]).toEqual([binding]);
    expect(source.unbind({ ...binding, arguments: toFieldTable({ x: 1 }) })).toBe(binding);
    expect([source.bound, destination.incoming.size]).toEqual([false, 0]);
  });

  test('and not where one of these differs, however names and keys run together', () => {
    const source = exchangeOf('direct');
    const others = [
      { destination, routingKey: 'k', arguments: args },
      { destination, routingKey: 'k', arguments: toFieldTable({ x: 2 }) },
      { destination, routingKey: 'k', arguments: toFieldTable({}) },
      { destination, routingKey: 'l', arguments: args },
      { destination: exchangeOf('fanout', 'a'), routingKey: '1 b', arguments: toFieldTable({}) },
      { destination: exchangeOf('fanout', 'a 1'), routingKey: 'b', arguments: toFieldTable({}) },
    ];
    for (const binding of others) expect(source.bind({ source, ...binding })).toBe(true);
    expect([...source.bindings]).toHaveLength(others.length);
  });
});
