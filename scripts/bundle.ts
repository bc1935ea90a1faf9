/**
 * Makes `dist` of `src`: what is published, a few files instead of two hundred, so that a broker starts the sooner and takes less
 * memory. The packages that are JavaScript alone are in it too, with their licences beside it; what is to be installed with Leveret
 * stands in package.json's `dependencies`. Names and lines stay as they are, for the sake of stack traces.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type RolldownOutput } from 'rolldown';
import { chunksByLoader } from './chunks.ts';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');

if (import.meta.main) {
  const output = await bundle(join(ROOT, 'dist'));
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const packages = new Set(modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  writeFileSync(join(ROOT, 'dist/LICENSES'), [...packages].sort().map(notice).join('\n'));
}

/** Bundles the sources into a folder of this package, which is emptied before. */
export async function bundle(folder: string): Promise<RolldownOutput['output']> {
  const { plugin, groups } = chunksByLoader(join(ROOT, 'src/'));
  const { output } = await build({
    plugins: [plugin],
    input: {
      index: 'src/index.ts',
      main: 'src/cli/main.ts',
      commands: 'src/cli/commands/main.ts',
      worker: 'src/store/sqlite/worker.ts',
    },
    cwd: ROOT,
    platform: 'node',
    external: [/^node:/, ...Object.keys(manifest.dependencies)],
    output: {
      dir: folder,
      cleanDir: true,
      // All in one folder: the store finds its worker beside itself, here as in `src`.
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      codeSplitting: { groups },
      comments: false,
    },
  });
  return output;
}

/** A package's name and the text of its licence, or its licence's name if it brings no text. */
function notice(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string | undefined>;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? manifest.license : readFileSync(join(folder, file), 'utf8').trim();
  if (text === undefined) throw new Error(`${manifest.name} has no licence`);
  return `${manifest.name} ${manifest.version}\n\n${text}\n`;
}
