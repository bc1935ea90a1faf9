import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  brokenRules,
  importCycles,
  importsOf,
  readImportGraph,
  type ImportGraph,
  type Rules,
} from '../support/layers/import-graph.ts';

/** ARCHITECTURE.md tells why. */
const RULES: Rules = {
  layers: [
    ['util', 'protocol'],
    ['codec', 'config'],
    ['wire', 'store', 'tls'],
    ['broker/arguments', 'broker/flow', 'broker/parameters'],
    ['broker/access', 'broker/message', 'broker/scheduling'],
    ['broker/events'],
    ['broker/log', 'broker/policy'],
    ['broker/deduplication', 'broker/delay'],
    ['broker/routing/exchange'],
    ['broker/queue', 'broker/routing'],
    ['broker/stream'],
    ['broker/topology'],
    ['broker/operations'],
    ['broker/definitions'],
    ['connection', 'management', 'backends'],
    ['metrics'],
    ['embed'],
    ['testing'],
    ['cli', 'index.ts'],
  ],
  forbidden: { broker: ['wire'] },
  restricted: { 'store/sqlite': ['embed', 'cli'], 'store/postgres': ['embed', 'cli'] },
  packages: {
    'better-sqlite3': ['store/sqlite'],
    commander: ['cli'],
    jose: ['backends/oauth2'],
    pg: ['store/postgres'],
    pino: ['util/logger.ts'],
    '../package.json': ['util/version.ts'],
    '../spec/http-api.json': ['management/openapi'],
    '../spec/http-api-shapes.json': ['management/openapi'],
    vitest: ['testing/runners/vitest.ts'],
    ws: ['connection/websocket'],
  },
};

const source = readImportGraph(fileURLToPath(new URL('../../src', import.meta.url)));

describe('the source tree', () => {
  it('imports only downward, and packages only where they belong', () => {
    expect(source.size).toBeGreaterThan(20);
    expect(brokenRules(source, RULES)).toEqual([]);
  });

  it('has no import cycle, type imports counted', () => {
    expect(importCycles(source)).toEqual([]);
  });
});

describe('the check itself', () => {
  const graph = (imports: Record<string, string[]>): ImportGraph => new Map(Object.entries(imports));

  it('sees every kind of import', () => {
    const text = `
      import a from './a.ts';
      import type { B } from '../broker/b.ts';
      export * from './c.ts';
      export type { D } from './d.ts';
      const e = await import('./e.ts');
      let f: import('./f.ts').F;
      import 'pino';
      // import './comment.ts';`;
    expect(importsOf('store/x.ts', text)).toEqual([
      'store/a.ts',
      'broker/b.ts',
      'store/c.ts',
      'store/d.ts',
      'store/e.ts',
      'store/f.ts',
      'pino',
    ]);
  });

  it.each([
    ['store/store.ts', 'broker/log/log.ts', 'broker/log does not lie below store'],
    ['broker/log/log.ts', 'broker/queue/queue.ts', 'broker/queue does not lie below broker/log'],
    ['broker/queue/queue.ts', 'broker/routing/route.ts', 'broker/routing does not lie below broker/queue'],
    [
      'broker/routing/exchange/topic.ts',
      'broker/routing/route.ts',
      'broker/routing does not lie below broker/routing/exchange',
    ],
    ['store/store.ts', 'wire/frame.ts', 'wire does not lie below store'],
    ['broker/topology/vhost.ts', 'wire/frame.ts', 'broker must not know wire'],
    ['broker/topology/vhost.ts', 'store/sqlite/sqlite-store.ts', 'store/sqlite is private'],
    ['broker/topology/vhost.ts', 'plugins/x.ts', 'plugins has no layer'],
    ['embed/broker.ts', 'cli/main.ts', 'cli does not lie below embed'],
  ])('refuses %s importing %s', (file, imported, reason) => {
    expect(brokenRules(graph({ [file]: [imported], [imported]: [] }), RULES)).toEqual([
      `${file} imports ${imported}: ${reason}`,
    ]);
  });

  it.each([
    ['broker/topology/vhost.ts', 'pino', 'only util/logger.ts may use this package'],
    ['broker/topology/vhost.ts', 'lodash', 'no file may use this package'],
    ['broker/topology/vhost.ts', 'broker/log/gone.ts', 'there is no such file'],
  ])('refuses %s importing %s', (file, imported, reason) => {
    expect(brokenRules(graph({ [file]: [imported] }), RULES)).toEqual([`${file} imports ${imported}: ${reason}`]);
  });

  it('takes what points downward, what stays in its folder, and node: modules', () => {
    const allowed = graph({
      'broker/queue/a.ts': ['broker/queue/b.ts', 'broker/log/d.ts', 'codec/c.ts', 'store/store.ts', 'node:fs'],
      'broker/queue/b.ts': [],
      'broker/log/d.ts': [],
      'codec/c.ts': [],
      'store/store.ts': [],
      'embed/broker.ts': ['store/sqlite/sqlite-store.ts'],
      'store/sqlite/sqlite-store.ts': ['store/store.ts', 'better-sqlite3'],
    });
    expect(brokenRules(allowed, RULES)).toEqual([]);
    expect(importCycles(allowed)).toEqual([]);
  });

  it('finds a cycle with the files in it', () => {
    expect(importCycles(graph({ 'a.ts': ['b.ts'], 'b.ts': ['c.ts'], 'c.ts': ['b.ts'] }))).toEqual([
      ['b.ts', 'c.ts', 'b.ts'],
    ]);
  });
});
