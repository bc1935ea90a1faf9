import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bind, exchangeOf, matched } from './support.ts';

describe('a topic exchange', () => {
  test.each([
    ['a.b', 'a.b', true],
    ['a.b', 'a', false],
    ['a.b', 'a.b.c', false],
    ['*', 'a', true],
    ['*', '', false],
    ['*', 'a.b', false],
    ['#', '', true],
    ['#', 'a.b.c', true],
    ['a.#', 'a', true],
    ['a.#', 'a.b.c', true],
    ['a.#', 'ab', false],
    ['#.a', 'a', true],
    ['#.a', 'b.c.a', true],
    ['#.a', 'a.b', false],
    ['a.*.c', 'a..c', true],
    ['a.*.c', 'a.c', false],
    ['a.#.c', 'a.c', true],
    ['#.*', '', false],
    ['#.*.#', 'a', true],
    ['*.#', 'a.b', true],
    ['#.#', '', true],
    ['', '', true],
    ['.', '.', true],
    ['*.*', '.', true],
    ['a.', 'a', false],
    ['a#', 'a.b', false],
    ['a*', 'ab', false],
    ['*', '*', true],
    ['*', '#', true],
    ['#', '#', true],
    ['a.#', 'a.#', true],
  ])('with the binding key "%s" and the routing key "%s": %s', (pattern, key, expected) => {
    const exchange = exchangeOf('topic');
    bind(exchange, 'q', pattern);
    expect(matched(exchange, key)).toEqual(expected ? ['q'] : []);
  });

  test('counts a binding once, however many ways its key matches', () => {
    const exchange = exchangeOf('topic');
    bind(exchange, 'q', '#.a.#.a.#');
    expect(matched(exchange, 'a.a.a.a')).toEqual(['q']);
  });

  test('matches a key of many words against many hashes in a blink', () => {
    const exchange = exchangeOf('topic');
    bind(exchange, 'q', Array(20).fill('#.a').join('.'));
    expect(matched(exchange, Array(120).fill('a').join('.'))).toEqual(['q']);
    expect(matched(exchange, `${Array(119).fill('a').join('.')}.b`)).toEqual([]);
  });

  const word = fc.constantFrom('a', 'b', 'c', '');
  const routingKey = fc.array(word, { maxLength: 6 }).map((words) => words.join('.'));
  const bindingKey = fc
    .array(fc.oneof({ weight: 3, arbitrary: word }, fc.constantFrom('*', '#')), { maxLength: 6 })
    .map((words) => words.join('.'));

  test('matches as the rule says, whatever the keys, with all that was unbound forgotten', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(bindingKey, fc.boolean()), { maxLength: 12 }),
        fc.array(routingKey, { minLength: 1, maxLength: 6 }),
        (patterns, keys) => {
          const exchange = exchangeOf('topic');
          const bindings = patterns.map(([pattern], n) => bind(exchange, `q${n}`, pattern));
          const kept = new Map(patterns.map(([pattern], n) => [`q${n}`, pattern]));
          for (const [n, [, stays]] of patterns.entries()) {
            if (stays) continue;
            exchange.unbind(bindings[n]);
            kept.delete(`q${n}`);
          }
          for (const key of keys) {
            const expected = [...kept].filter(([, pattern]) => matches(wordsOf(pattern), wordsOf(key)));
            expect(matched(exchange, key)).toEqual(expected.map(([name]) => name).sort());
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

function wordsOf(key: string): string[] {
  return key === '' ? [] : key.split('.');
}

/** The rule in its simplest form. */
function matches([first, ...pattern]: readonly string[], words: readonly string[]): boolean {
  if (first === undefined) return words.length === 0;
  if (first === '#')
    return matches(pattern, words) || (words.length > 0 && matches([first, ...pattern], words.slice(1)));
  return words.length > 0 && (first === '*' || first === words[0]) && matches(pattern, words.slice(1));
}
