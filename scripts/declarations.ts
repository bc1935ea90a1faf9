/**
 * Makes the types that are published: for each entry one file with all that its users can reach, beside the bundle of the same name, for ES
 * modules (.d.ts) and CommonJS (.d.cts). What is marked `@internal` is left out, and with it the inside of the broker.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { ENTRIES, FOREIGN } from './bundle.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
/** They name Node's types, which a program's own settings need not load (since TypeScript 6 they do not by default). */
const NODE_TYPES = '/// <reference types="node" />\n';

for (const extension of ['ts', 'cts']) {
  // The plugin calls what has types `index.d`; of what has code nothing is written.
  const nameOf = ({ name }: { readonly name: string }) => `${name}.${name.endsWith('.d') ? extension : 'js'}`;
  await build({
    cwd: ROOT,
    input: ENTRIES,
    external: FOREIGN,
    plugins: [dts({ emitDtsOnly: true, tsconfig: 'tsconfig.build.json' })],
    output: { dir: DIST, entryFileNames: nameOf, chunkFileNames: nameOf },
  });
}

for (const file of readdirSync(DIST).filter((name) => /\.d\.c?ts$/.test(name))) {
  const path = join(DIST, file);
  // TypeScript before 5.7 knows no other Buffer.
  const text = readFileSync(path, 'utf8').replace(/\bBuffer<ArrayBuffer(Like)?>/g, 'Buffer');
  writeFileSync(path, NODE_TYPES + text.replace(/^\/\/\/ <reference.*\n/gm, ''));
}
