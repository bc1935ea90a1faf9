/** One file asks the system for the time and for chance. All others are given a Clock and a Chance, or name that file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readImportGraph } from '../support/layers/import-graph.ts';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
const SYSTEM = 'util/system.ts';

/** Names that stand for the system's time or chance wherever they are used, sockets' timers among them. */
const NAMES = new Set(
  ['setTimeout', 'setInterval', 'setImmediate', 'hrtime'].concat([
    'randomBytes',
    'randomUUID',
    'randomInt',
    'randomFill',
    'randomFillSync',
    'getRandomValues',
  ]),
);
const MEMBERS = new Set(['Date.now', 'performance.now', 'Math.random']);
/** Without one of these words a source asks for nothing, and need not be read. */
const WORDS = new RegExp(`\\b(${[...NAMES, 'Date', 'performance', 'Math'].join('|')})\\b`);

/**
 * Who names the system's own: programs and the threads that they start, what a store or node goes by if it is told nothing, and what no
 * test has a reason to decide: slices of an answer, the log, the salt of a password, the sessions of the page.
 */
const USERS = [
  'broker/access/passwords.ts',
  'broker/access/scrypt.ts',
  'broker/topology/broker-node.ts',
  'cli/application.ts',
  'cli/commands/leveret/messages.ts',
  'cli/commands/leveret/overview.ts',
  'cli/commands/network-place.ts',
  'cli/commands/rabbitmqctl/startup.ts',
  'cli/commands/socket-place.ts',
  'cli/main.ts',
  'cli/ping.ts',
  'cli/rotate.ts',
  'embed/assemble.ts',
  'embed/ending.ts',
  'management/http/app.ts',
  'management/http/slices.ts',
  'management/lists/pages.ts',
  'store/engine/engine-store.ts',
  'store/postgres/postgres-store.ts',
  'store/postgres/reading.ts',
  'store/sqlite/writer.ts',
  'testing/store/memory-store.ts',
  'testing/test-broker.ts',
  'testing/waits.ts',
  'util/heap-growth.ts',
  'util/idle-garbage.ts',
  'util/log-pipe.ts',
  'util/sorted.ts',
];

/** Who makes keys, which no test may decide. */
const KEY_MAKERS = ['store/sealing/block-cipher.ts', 'store/sealing/seal.ts', 'store/sealing/data-keys.ts'];

/** What a source asks the system for. */
function asked(text: string): string[] {
  if (!WORDS.test(text)) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && NAMES.has(node.text)) found.push(node.text);
    if (ts.isPropertyAccessExpression(node) && MEMBERS.has(node.getText())) found.push(node.getText());
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
      found.push('new Date()');
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

describe('time and chance', () => {
  const graph = readImportGraph(SOURCE);

  it('come from one file', () => {
    const others = [...graph.keys()].filter((file) => file !== SYSTEM && !KEY_MAKERS.includes(file));
    const found = others.flatMap((file) =>
      asked(readFileSync(join(SOURCE, file), 'utf8')).map((what) => `${file}: ${what}`),
    );
    expect(found).toEqual([]);
    expect(asked(readFileSync(join(SOURCE, SYSTEM), 'utf8')).length).toBeGreaterThan(5);
  });

  it('are named by few, and given to the rest', () => {
    expect([...graph].filter(([, imports]) => imports.includes(SYSTEM)).map(([file]) => file)).toEqual(USERS);
  });
});

describe('the check itself', () => {
  it.each([
    ["import { setTimeout as delay } from 'node:timers/promises';", ['setTimeout']],
    ['socket.setTimeout(5);', ['setTimeout']],
    ['const now = Date.now;', ['Date.now']],
    ['const began = performance.now() + new Date(1).getTime();', ['performance.now']],
    ['const today = new Date();', ['new Date()']],
    ["const name = crypto.randomUUID() + 'x'; // Date.now()", ['randomUUID']],
    ['clearTimeout(timer);', []],
  ])('reads %s', (text, found) => {
    expect(asked(text)).toEqual(found);
  });
});
