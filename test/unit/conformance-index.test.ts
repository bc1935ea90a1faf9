/** spec/conformance.json and the conformance tests say the same: every rule has its tests, every test its rule. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Rule {
  readonly id: string;
  /** Of the specification's reference (1.x, 3.x) or wire format (4.x), or the RabbitMQ page that the rule comes from. */
  readonly section: string;
  readonly text: string;
  /** What the broker answers where a client breaks the rule; null where there is nothing to break. */
  readonly reply: string | null;
  readonly source: 'spec' | 'rabbitmq';
  /** Deviates: from RabbitMQ 3.10, on purpose, with a line in deviations.md. Unsupported: not there yet. */
  readonly status: 'holds' | 'deviates' | 'unsupported';
  /** File and rule id, as in `test/conformance/tx.test.ts > tx/close`. */
  readonly tests: readonly string[];
}

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const rules = JSON.parse(read('spec/conformance.json')) as readonly Rule[];

/** Titles begin with the rule's id: `test('queue.declare/passive-unknown: a passive declare ...`. */
const TITLE = /\(\s*(['"`])([a-z0-9][a-z0-9.-]*\/[a-z0-9-]+): /g;
const written = readdirSync(new URL('test/conformance/', root)).flatMap((file) => {
  const path = `test/conformance/${file}`;
  return [...read(path).matchAll(TITLE)].map((match) => ({ test: `${path} > ${match[2]}`, id: match[2] }));
});

/** In deviations.md: the first column of a table, or a paragraph that begins with `Rules:`. */
const LISTED = /^(?:\| (`[^|]+)\||Rules: ([^]+?)\n\n)/gm;

describe('spec/conformance.json', () => {
  test('has one row a rule', () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('names tests that exist', () => {
    const existing = new Set(written.map(({ test }) => test));
    expect(existing.size).toBeGreaterThan(200);
    expect(rules.flatMap(({ tests }) => tests).filter((name) => !existing.has(name))).toEqual([]);
  });

  test('has a row for every conformance test', () => {
    const named = new Set(rules.flatMap(({ id, tests }) => tests.map((name) => `${id} by ${name}`)));
    expect(written.filter(({ id, test }) => !named.has(`${id} by ${test}`))).toEqual([]);
  });

  test('proves every rule that is supported, and no other', () => {
    for (const { id, status, tests } of rules) expect(tests.length > 0, id).toBe(status !== 'unsupported');
  });

  test('deviates exactly where deviations.md says so', () => {
    const listed = [...read('spec/deviations.md').matchAll(LISTED)].flatMap(([, row, list]) =>
      [...(row ?? list).matchAll(/`([^`]+)`/g)].map((match) => match[1]),
    );
    const deviating = rules.filter(({ status }) => status === 'deviates').map(({ id }) => id);
    expect(listed.sort()).toEqual(deviating.sort());
  });

  test('says section, text, reply and source in the known terms', () => {
    for (const rule of rules) {
      expect(rule.section, rule.id).toMatch(/^(\d(\.\d+)+|RabbitMQ: .+)$/);
      expect(rule.text, rule.id).not.toBe('');
      expect(['spec', 'rabbitmq'], rule.id).toContain(rule.source);
      if (rule.reply !== null) {
        const reply =
          /^(connection\.close \d{3} [A-Z_]+|channel\.close \d{3} [A-Z_]+|basic\.return 312 NO_ROUTE|end of stream|reset)$/;
        for (const part of rule.reply.split('; ')) expect(part, rule.id).toMatch(reply);
      }
    }
  });
});
