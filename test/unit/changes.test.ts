/** What there is changes in one way: a change is told to the store and applied, in one place (docs/internals/queues.md, "What is declared"). */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { publicWriters } from '../support/layers/writers.ts';

const root = fileURLToPath(new URL('../../src/', import.meta.url));
const read = (file: string): string => readFileSync(root + file, 'utf8');

test.each([
  ['broker/topology/vhost-entities.ts', ['#exchanges', '#queues', '#exclusive']],
  ['broker/topology/vhosts.ts', ['#all', '#records']],
  ['broker/access/auth.ts', ['#users', '#rights']],
  ['broker/policy/vhost-policies.ts', ['#rules']],
  ['broker/parameters/parameters.ts', ['#values']],
])('%s changes what it has by apply alone', (file, fields) => {
  for (const field of fields) expect(publicWriters(read(file), [field])).toEqual(['apply']);
});

/** Files of `broker` and above in which a line matches. */
function filesWith(pattern: RegExp): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('store/'))
    .filter((file) => pattern.test(read(file)))
    .sort();
}

it('is told to the store in one place', () => {
  expect(filesWith(/store\.change\(/)).toEqual(['broker/topology/broker-node.ts']);
});

it('ties exchanges to what is behind them in one place', () => {
  // A delayed exchange hands its own bindings to the exchange within it.
  const within = 'broker/routing/exchange/delayed-message.ts';
  expect(filesWith(/(source|routing)\??\.(bind|unbind)\(/)).toEqual([within, 'broker/topology/vhost-entities.ts']);
});

describe('the check itself', () => {
  const source = `
    class Kept {
      readonly #names = new Map<string, Set<string>>();
      readonly #others = new Set<string>();
      read(name: string) { return this.#names.get(name); }
      apply() { this.#put('a'); }
      direct() { this.#names.delete('a'); }
      alias() { const names = this.#names.get('a'); names?.add('b'); }
      later() { return () => this.#put('b'); }
      other() { this.#others.add('a'); this.apply(); }
      #put(name: string) { this.#deeper(name); }
      #deeper(name: string) { this.#names.set(name, new Set()); this.#put(name); }
    }`;

  it('finds each way to a write, and no other method', () => {
    expect(publicWriters(source, ['#names'])).toEqual(['alias', 'apply', 'direct', 'later']);
    expect(publicWriters(source, ['#others'])).toEqual(['other']);
  });
});
