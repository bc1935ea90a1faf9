/**
 * Tests wait for what happens, and do not sleep until it has. Those that wait for messages ask leveret/testing (`broker.queue('q').toReceive()`,
 * `broker.clock.advance`), or consume, or ask whenever something has happened in the broker (AmqpChannel.expectCounts): they neither sleep nor look
 * into queues again and again.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Who lets real time pass, and what for. */
const SLEEPERS: Readonly<Record<string, string>> = {
  'test/fuzz/slow-clients.test.ts': 'an attack goes on for a while',
  'test/fuzz/tls-handshakes.test.ts': 'an attack goes on for a while',
  'test/guard/memory-back.test.ts': 'an idle process is to give memory back',
  'test/interop/cluster-example.test.ts': 'a client that was cut off comes again in a while',
  'test/recovery/database.test.ts': 'a database is away for a real minute, in the long form',
  'test/recovery/dead-letters.test.ts': 'a kill comes at a moment by chance',
};

const SLEEP =
  /setTimeout[^}]*\} from 'node:timers\/promises'|=> setTimeout\(|poll\(\(\) => (Date|performance)\.now\(\)/;
const LOOK =
  /\b(?:poll|waitFor)\((?:(?!\)\s*\.to)[^;])*?(?:messageCount|checkQueue|\.counts\(|\.ready\b|(?:channel|owner)\.get\(|\.unacked\b)/;

const FILES = globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) => file !== 'test/unit/waits.test.ts');

function filesWith(pattern: RegExp): string[] {
  return FILES.filter((file) => pattern.test(withoutStrings(readFileSync(join(ROOT, file), 'utf8')))).sort();
}

/** Sources that other tests check are no tests. */
function withoutStrings(text: string): string {
  return text.replace(/^ *\["import .*$/gm, '');
}

test('nobody sleeps but for a reason', () => {
  expect(filesWith(SLEEP)).toEqual(Object.keys(SLEEPERS));
});

test('nobody looks into a queue again and again', () => {
  expect(filesWith(LOOK)).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    "import { setTimeout as sleep } from 'node:timers/promises';",
    'await new Promise((resolve) => setTimeout(resolve, 100));',
    'await expect.poll(() => Date.now()).toBeGreaterThan(end);',
  ])('finds sleep in %s', (code) => expect(code).toMatch(SLEEP));

  test.each([
    "await expect.poll(async () => (await channel.checkQueue('q')).messageCount).toBe(1);",
    "await vi.waitFor(async () => expect((await channel.checkQueue('q')).messageCount).toBe(0), UNTIL);",
    "await expect.poll(() => broker.queue('q').ready).toBe(1);",
  ])('finds looking in %s', (code) => expect(code).toMatch(LOOK));

  test('lets a look at something else pass', () => {
    expect('await expect.poll(() => errors).toHaveLength(1);\nexpect(queue.ready).toBe(1);').not.toMatch(LOOK);
  });
});
