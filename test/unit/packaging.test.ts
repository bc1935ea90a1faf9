import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const read = (name: string) => JSON.parse(text(name)) as Record<string, unknown>;

describe('npm ci', () => {
  /**
   * better-sqlite3 brings its binaries, and says by `gypfile: false` that there is nothing to compile. `npm ci` does not look
   * there but into the lock file, which npm writes without that line; lacking it, npm runs node-gyp, which fails where there is
   * no Python, as in the container. So after any change of dependencies the line is put back by hand.
   */
  it('compiles nothing, so that it needs no Python and no compiler', () => {
    const { packages } = read('package-lock.json') as { packages: Record<string, Record<string, unknown>> };
    expect(packages['node_modules/better-sqlite3']).toMatchObject({ gypfile: false });
  });

  it('may run the one install script that is needed, also where npm blocks scripts that nobody allowed', () => {
    expect(read('package.json').allowScripts).toEqual({ 'better-sqlite3': false, 'core-js-pure': false, node: true });
  });
});

describe('docker build', () => {
  it('is given all that the Dockerfile copies', () => {
    const isShown = includedIn([...text('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path));
    const copied = [...text('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, words]) =>
      words.split(' '),
    );
    expect(copied).toContain('src');
    expect(copied.filter((path) => !isShown(path))).toEqual([]);
  });
});

/** Whether a path is one of these, or in one of them. */
function includedIn(paths: readonly string[]): (path: string) => boolean {
  return (path) => paths.some((one) => path === one || path.startsWith(`${one}/`));
}
