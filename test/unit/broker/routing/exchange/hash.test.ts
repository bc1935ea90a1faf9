/** x-consistent-hash and x-modulus-hash pick by what messages and bindings are, not by when they came. */
import { expect, test } from 'vitest';
import type { Binding, QueueDestination } from '../../../../../src/broker/routing/exchange/binding.ts';
import { ConsistentHashExchange } from '../../../../../src/broker/routing/exchange/consistent-hash.ts';
import type { Exchange, ExchangeOptions } from '../../../../../src/broker/routing/exchange/exchange.ts';
import { ModulusHashExchange } from '../../../../../src/broker/routing/exchange/modulus-hash.ts';
import { RoutedMessage } from '../../../../../src/broker/routing/exchange/routed-message.ts';
import { EMPTY_TABLE } from '../../../../../src/protocol/field-table.ts';

const OPTIONS: ExchangeOptions = {
  name: 'x',
  durable: true,
  autoDelete: false,
  internal: false,
  arguments: EMPTY_TABLE,
};
const KEYS = Array.from({ length: 2000 }, (_, index) => `order.${index}`);

function queue(name: string): QueueDestination {
  return { kind: 'queue', name, durable: true, arguments: EMPTY_TABLE, incoming: new Set<Binding>(), accept() {} };
}

/** Binds queues by name to their binding key. */
function bind(exchange: Exchange, bindings: Readonly<Record<string, string>>): void {
  for (const [name, routingKey] of Object.entries(bindings)) {
    exchange.bind({ source: exchange, destination: queue(name), routingKey, arguments: EMPTY_TABLE });
  }
}

/** The queue that each of the keys leads to. */
function picks(exchange: Exchange): Map<string, string> {
  const picked = new Map<string, string>();
  for (const key of KEYS) {
    exchange.match(new RoutedMessage(key, undefined), ({ destination }) => {
      expect(picked.has(key), `one destination for ${key}`).toBe(false);
      picked.set(key, destination.name);
    });
  }
  return picked;
}

test.each([
  ['x-consistent-hash', ConsistentHashExchange],
  ['x-modulus-hash', ModulusHashExchange],
])('%s picks the same after a restart, whatever the order in which bindings come back', (_, Type) => {
  const [before, after] = [new Type(OPTIONS), new Type(OPTIONS)];
  bind(before, { a: '1', b: '2', c: '3' });
  bind(after, { c: '3', a: '1', b: '2' });
  expect(picks(after)).toEqual(picks(before));
  expect(new Set(picks(after).values()).size).toBe(3);
});

test('x-consistent-hash gives shares by weight', () => {
  const exchange = new ConsistentHashExchange(OPTIONS);
  bind(exchange, { a: '1', b: '2', c: '8' });
  const shares: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (const name of picks(exchange).values()) shares[name] += 11 / KEYS.length;
  // Sampling 2,000 keys leaves an error of some percent; the hash is fixed, so the result is too.
  expect(Math.abs(shares.a - 1)).toBeLessThan(0.25);
  expect(Math.abs(shares.b - 2)).toBeLessThan(0.4);
  expect(Math.abs(shares.c - 8)).toBeLessThan(0.5);
});

test('x-consistent-hash moves only to a queue that comes, and from one that goes', () => {
  const exchange = new ConsistentHashExchange(OPTIONS);
  bind(exchange, { a: '5', b: '1', c: '5' });
  const before = picks(exchange);
  bind(exchange, { d: '3' });
  const during = picks(exchange);
  for (const [key, name] of during) if (name !== 'd') expect(name).toBe(before.get(key));
  expect([...during.values()]).toContain('d');
  exchange.unbind({ destination: queue('a'), routingKey: '5', arguments: EMPTY_TABLE });
  for (const [key, name] of picks(exchange)) {
    if (during.get(key) === 'a') expect(name).not.toBe('a');
    else expect(name).toBe(during.get(key));
  }
});

test('x-consistent-hash takes a weight of any size', () => {
  const exchange = new ConsistentHashExchange(OPTIONS);
  bind(exchange, { all: '9'.repeat(255), none: '1' });
  expect(new Set(picks(exchange).values())).toEqual(new Set(['all']));
});
