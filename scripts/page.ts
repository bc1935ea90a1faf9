/**
 * Makes `dist/web` of `web`: the page that the management listener serves. Vite gives each file a name that says what is in it; each is
 * compressed here, once and well, so that the broker need not.
 */
import { globSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { RolldownOutput } from 'rolldown';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..');
/** Texts that became no smaller are served as they are. */
const COMPRESSED_FROM = 256;

/** Whether a folder has the page as its sources are now. */
export function isPageBuilt(folder: string): boolean {
  const built = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['package-lock.json', 'scripts/page.ts', ...globSync('web/**/*.*', { cwd: ROOT })];
  return sources.every((file) => statSync(join(ROOT, file)).mtimeMs <= built);
}

/** Builds the page into a folder, which is emptied before. */
export async function buildPage(folder: string): Promise<RolldownOutput['output']> {
  const { output } = (await build({
    configFile: false,
    root: join(ROOT, 'web'),
    // Relative, for a proxy that serves it under a path of its own.
    base: './',
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2023',
      cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
      // All that is needed is asked for by the first file; nothing is inlined, as the content policy wants.
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // A busy machine is no news.
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  })) as RolldownOutput;
  compressAll(folder);
  return output;
}

function compressAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const plain = readFileSync(path);
    if (plain.length < COMPRESSED_FROM) continue;
    writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}
