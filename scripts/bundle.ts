/**
 * Makes `dist` of `src`: what is published, a few files instead of two hundred, so that a broker starts the sooner and takes less
 * memory. What programs import is there twice, as ES modules and as CommonJS (.cjs), for test runners that know no other; both start the same
 * writer thread. The page is in its folder `web`. Packages that are JavaScript alone are in it too, with their licences beside it; what is to be installed with Leveret
 * stands in package.json's `dependencies`, and in `optionalDependencies` what it can do without. Names and lines stay as they are, for the sake of stack traces.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type BuildOptions, type OutputBundle, type RolldownOutput } from 'rolldown';
import { chunksByLoader } from './chunks.ts';
import manifest from '../package.json' with { type: 'json' };
import { buildPage, isPageBuilt } from './page.ts';

const ROOT = join(import.meta.dirname, '..');
/** The page's folder in `dist`. */
const PAGE = 'web';
/** What is not bundled: Node's own, what is installed with Leveret, and the runners of those who use it. */
export const FOREIGN = [
  /^node:/,
  ...builtinModules,
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.optionalDependencies),
  'vitest',
];

/** What programs import. */
export const ENTRIES = {
  index: 'src/index.ts',
  testing: 'src/testing/index.ts',
  'testing-vitest': 'src/testing/runners/vitest.ts',
  'testing-jest': 'src/testing/runners/jest.ts',
  'testing-node': 'src/testing/runners/node-test.ts',
};

if (import.meta.main) {
  const folder = join(ROOT, 'dist');
  if (process.argv.includes('--start')) await makeStart(folder);
  else await makePackage(folder);
}

/** What a start of the broker needs: no CommonJS, no licences, and the page only if it has changed. */
async function makeStart(folder: string): Promise<void> {
  await bundle(folder);
  const page = join(folder, PAGE);
  if (!isPageBuilt(page)) await buildPage(page);
}

async function makePackage(folder: string): Promise<void> {
  const broker = await bundle(folder);
  await bundleCommonJs(folder);
  const output = [...broker, ...(await buildPage(join(folder, PAGE)))];
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const packages = new Set(modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  writeFileSync(join(ROOT, 'dist/LICENSES'), [...packages].sort().map(notice).join('\n'));
}

/** Bundles the sources into a folder of this package, which is emptied before, but for the page. */
export async function bundle(folder: string): Promise<RolldownOutput['output']> {
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder)) if (entry !== PAGE) rmSync(join(folder, entry), { recursive: true });
  const { plugin, groups } = chunksByLoader(join(ROOT, 'src/'));
  const { output } = await build({
    ...common(folder, 'js'),
    input: {
      ...ENTRIES,
      main: 'src/cli/main.ts',
      commands: 'src/cli/commands/main.ts',
      worker: 'src/store/sqlite/worker.ts',
    },
    external: FOREIGN,
    plugins: [
      plugin,
      { name: 'require-anywhere', renderChunk: requireAnywhere },
      { name: 'only-ascii', generateBundle: onlyAscii },
    ],
    output: { ...common(folder, 'js').output, codeSplitting: { groups } },
  });
  return output;
}

/** Adds what programs import as CommonJS. */
async function bundleCommonJs(folder: string): Promise<void> {
  const { output, ...options } = common(folder, 'cjs');
  await build({ ...options, input: ENTRIES, external: FOREIGN, output: { ...output, format: 'cjs' } });
}

/** Packages that are CommonJS ask for Node's modules by `require`: a program's own bundler may leave no URL for it to begin at. */
function requireAnywhere(code: string): string {
  return code.replace('createRequire(import.meta.url)', 'createRequire(import.meta.url ?? process.execPath)');
}

/** One other character has all of a file decoded, and kept in twice as many bytes: 13 ms of a start for the broker's. None stands in a raw template. */
function onlyAscii(_options: unknown, files: OutputBundle): void {
  for (const file of Object.values(files))
    if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function common(dir: string, extension: string) {
  return {
    cwd: ROOT,
    platform: 'node',
    output: {
      dir,
      // All in one folder: the store finds its worker beside itself, here as in `src`.
      entryFileNames: `[name].${extension}`,
      chunkFileNames: `[name].${extension}`,
      comments: false,
    },
  } satisfies BuildOptions;
}

/** A package's name and the text of its licence, or its licence's name if it brings no text. */
function notice(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string | undefined>;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? manifest.license : readFileSync(join(folder, file), 'utf8').trim();
  if (text === undefined) throw new Error(`${manifest.name} has no licence`);
  return `${manifest.name} ${manifest.version}\n\n${text}\n`;
}
