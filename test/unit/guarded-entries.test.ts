/**
 * Whatever enters from the event loop passes the guard of util/guard.ts: the sources of the broker hear no event and start nothing past it.
 * Timers are system.ts's alone (time-and-chance.test.ts), and promises that nobody awaits are the linter's (`no-floating-promises`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readImportGraph } from '../support/layers/import-graph.ts';

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url));
/** What a running broker is made of. The store's writer thread has a guard of its own: the store hears of its end. */
const GUARDED = [
  'broker/',
  'connection/',
  'store/',
  'management/',
  'metrics/',
  'embed/',
  'tls/',
  'backends/',
  'testing/',
];
const THREAD = 'store/sqlite/worker.ts';

const HEARS = new Set(['on', 'once', 'addListener', 'prependListener', 'addEventListener']);
const GOES_ON = new Set(['then', 'catch', 'finally']);
const STARTS = new Set(['queueMicrotask', 'nextTick', 'setTimeout', 'setInterval', 'setImmediate']);
/** Without one of these words a source lets nothing in, and need not be read. */
const WORDS = new RegExp(`\\.(${[...HEARS, ...GOES_ON].join('|')})\\b|\\b(${[...STARTS].join('|')})\\b`);

/** A clock as the system has it: only who guards what it calls may name one. */
const UNGUARDED_CLOCK = /\bsystemClocks?\b/;

/** How a source lets something in past the guard. */
function entries(text: string): string[] {
  if (!WORDS.test(text)) return [];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && STARTS.has(node.text)) found.push(node.text);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { text: name } = node.expression.name;
      if (HEARS.has(name) && !node.arguments.some(isSettler)) found.push(`.${name}`);
      const isForgotten = ts.isExpressionStatement(node.parent) || ts.isVoidExpression(node.parent);
      if (GOES_ON.has(name) && isForgotten && !node.arguments.every(isNothing)) found.push(`.${name}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

/** A promise's own `resolve` or `reject`: nothing can go wrong with it. */
function isSettler(node: ts.Node): boolean {
  if (ts.isArrowFunction(node) && ts.isCallExpression(node.body)) return isSettler(node.body.expression);
  return ts.isIdentifier(node) && (node.text === 'resolve' || node.text === 'reject');
}

/** `() => undefined`: what is waited for in vain is of no interest, and nothing can go wrong with that. */
function isNothing(node: ts.Node): boolean {
  return ts.isArrowFunction(node) && ts.isIdentifier(node.body) && node.body.text === 'undefined';
}

describe('what the event loop calls', () => {
  const files = [...readImportGraph(SOURCE).keys()].filter(
    (file) => GUARDED.some((folder) => file.startsWith(folder)) && file !== THREAD,
  );
  const textOf = (file: string): string => readFileSync(join(SOURCE, file), 'utf8');

  it('comes in by the guard alone', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files.flatMap((file) => entries(textOf(file)).map((what) => `${file}: ${what}`))).toEqual([]);
  });

  it('is called by guarded clocks, but for an answer in slices', () => {
    const unguarded = files.filter((file) => UNGUARDED_CLOCK.test(textOf(file)) && !/guardedClock/.test(textOf(file)));
    expect(unguarded).toEqual([
      'management/http/slices.ts',
      'management/lists/pages.ts',
      // What these give it to guards it.
      'testing/store/memory-store.ts',
      'testing/test-broker.ts',
    ]);
  });
});

describe('the check itself', () => {
  it.each([
    ["socket.on('data', (chunk) => this.#onData(chunk));", ['.on']],
    ["stream.once('close', leave);", ['.once']],
    ["server.once('error', reject);", []],
    ["worker.once('exit', () => resolve());", []],
    ['queueMicrotask(() => later());', ['queueMicrotask']],
    ['answer(request).catch(failed);', ['.catch']],
    ['app.then(go, stop);', ['.then']],
    ['return app.then(go, stop);', []],
    ['void app.then(go);', ['.then']],
    ['void client.end().then(tell).catch(() => undefined);', []],
    ['void client.end().catch(() => undefined);', []],
    ['const leave = () => void app.finally(stop);', ['.finally']],
    ["hear(socket, 'data', fault, receive);", []],
  ])('reads %s', (text, found) => {
    expect(entries(text)).toEqual(found);
  });
});
