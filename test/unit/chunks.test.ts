/** What of the bundle is loaded for what: few files, and none of the broker for a health check. See scripts/chunks.ts. */
import { isAscii } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, inject, it } from 'vitest';

const folder = dirname(inject('daemon'));

/** The files of the bundle that these import, and what those import, without what is loaded later. */
function loadedFor(...entries: readonly string[]): readonly string[] {
  const found = new Set(entries);
  for (const file of found) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, imported] of text.matchAll(/^(?:import|export) [^;]*?"\.\/([^"]+)";$/gm))
      found.add(normalize(imported));
  }
  return [...found].sort();
}

it('a health check loads four files, and nothing of the broker', () => {
  expect(loadedFor('commands.js', 'rabbitmq-diagnostics.js')).toEqual([
    'command.js',
    'commands.js',
    'rabbitmq-diagnostics.js',
    'shared.js',
  ]);
});

it("the store's thread loads what a store needs", () => {
  expect(loadedFor('worker.js')).toEqual(['shared.js', 'store.js', 'worker.js', 'writer.js']);
});

it('a start loads a dozen files, where the sources are some three hundred', () => {
  expect(loadedFor('main.js', 'daemon.js', 'broker.js', 'sqlite-store.js').length).toBeLessThanOrEqual(12);
});

it('the first request to the HTTP API loads little: it is one turn of the event loop a file', () => {
  const before = new Set(loadedFor('main.js', 'daemon.js', 'broker.js', 'sqlite-store.js', 'pino.js'));
  const later = loadedFor('app.js', 'resources.js', 'page.js').filter((file) => !before.has(file));
  const bytes = later.map((file) => statSync(join(folder, file)).size);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
});

it('what a start loads is of characters of one byte, which need not be decoded', () => {
  const texts = loadedFor('main.js', 'daemon.js', 'broker.js', 'sqlite-store.js', 'pino.js').map((file) =>
    readFileSync(join(folder, file)),
  );
  expect(texts.every((text) => isAscii(text))).toBe(true);
});

it('a program with a broker in it loads neither the store nor the command line', () => {
  const files = loadedFor('index.js');
  expect(files).toContain('broker.js');
  expect(files.filter((file) => ['store.js', 'line.js', 'start.js', 'command.js'].includes(file))).toEqual([]);
});
