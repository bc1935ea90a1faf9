import { beforeEach, describe, expect, test } from 'vitest';
import type { Route } from '../../../../src/broker/routing/route.ts';
import { RouteCache } from '../../../../src/broker/routing/route-cache.ts';
import { messageOf } from '../../../support/recovery/messages.ts';

let cache: RouteCache;

beforeEach(() => {
  cache = new RouteCache();
});

const bytesOf = (routingKey: string, exchange = 'x'): Buffer => messageOf({ exchange, routingKey }).route;
const find = (bytes: Buffer): Route | undefined => cache.find(bytes, 0, bytes.length);

function add(bytes: Buffer): Route {
  const route = { routingKey: bytes.toString() } as Route;
  cache.add(bytes, 0, bytes.length, route);
  return route;
}

/** Of keys used in turn, twice: how many were known the second time. */
function knownInTurn(count: number): number {
  let known = 0;
  for (let i = 0; i < 2 * count; i++) {
    const bytes = bytesOf(`stock.${i % count}.eur`);
    const found = find(bytes);
    if (found === undefined) add(bytes);
    else {
      expect(found.routingKey).toBe(bytes.toString());
      known++;
    }
  }
  return known;
}

describe('a route', () => {
  test('is found by its bytes, wherever they lie, whatever is in them', () => {
    const keys = ['', 'k', 'kk', '\0', 'größe', 'ключ', 'a'.repeat(255)];
    const all = keys.flatMap((key) => ['x', 'y', ''].map((exchange) => bytesOf(key, exchange)));
    const routes = all.map(add);
    for (const [i, bytes] of all.entries()) {
      const chunk = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]);
      expect(cache.find(chunk, 6, 6 + bytes.length)).toBe(routes[i]);
    }
    expect(find(bytesOf('another'))).toBeUndefined();
    // The same octets, cut elsewhere.
    expect([find(bytesOf('bc', 'a')), add(bytesOf('c', 'ab')), find(bytesOf('bc', 'a'))][2]).toBeUndefined();
  });

  test('that is removed is not found, and leaves room', () => {
    const [one, other] = [bytesOf('one'), bytesOf('other')];
    const route = [add(one), add(other)][1];
    cache.remove(one);
    cache.remove(one);
    cache.remove(bytesOf('never'));
    expect([cache.size, find(one), find(other)]).toEqual([1, undefined, route]);
    const again = add(one);
    expect([cache.size, find(one)]).toEqual([2, again]);
    cache.clear();
    expect([cache.size, find(one), find(other)]).toEqual([0, undefined, undefined]);
  });
});

describe('of many keys in turn', () => {
  test('10,000 are known nearly all', () => {
    expect(knownInTurn(10_000)).toBeGreaterThan(9500);
    expect(cache.size).toBeGreaterThan(9500);
  });

  test('as many as fit are known where there are more, and what is used next finds a place too', () => {
    expect(knownInTurn(50_000)).toBeGreaterThan(10_000);
    expect(cache.size).toBeLessThanOrEqual(16_384);
    const next = Array.from({ length: 1000 }, (_, i) => bytesOf(`next.${i}`));
    for (let round = 0; round < 100; round++) for (const bytes of next) if (find(bytes) === undefined) add(bytes);
    expect(next.filter((bytes) => find(bytes) !== undefined).length).toBeGreaterThan(900);
  });
});
