/** The pages say what is there: a stranger who follows them finds each file, each name and each page. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGES = [...globSync('*.md', { cwd: ROOT }), ...globSync('docs/**/*.md', { cwd: ROOT }), 'examples/README.md'];

interface Step {
  readonly file: string;
  readonly name: string;
}

const STEP = /^\| `([^`]+)` +\| `([^`]+)` +\|/gm;

/** The journeys of ARCHITECTURE.md by their headings. */
const JOURNEYS = (
  read('ARCHITECTURE.md')
    .split('\n## ')
    .find((part) => part.startsWith('Six journeys\n')) ?? ''
)
  .split('\n### ')
  .slice(1)
  .map((part) => ({
    title: part.slice(0, part.indexOf('\n')),
    steps: [...part.matchAll(STEP)].map(([, file, name]): Step => ({ file, name })),
  }));

describe('the six journeys', () => {
  test('are six, and long enough to be followed', () => {
    expect(JOURNEYS).toHaveLength(6);
    for (const { title, steps } of JOURNEYS) expect(steps.length, title).toBeGreaterThan(7);
  });

  test.each(JOURNEYS.flatMap(({ steps }) => steps))('$file exports $name', ({ file, name }) => {
    const exported = new RegExp(
      `^export (?:abstract )?(?:async )?(?:class|const|function\\*?|interface) ${name}\\b`,
      'm',
    );
    expect(read(`src/${file}`)).toMatch(exported);
  });
});

describe('the pages', () => {
  test.each(PAGES)('%s links only to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  test.each(PAGES)('%s names only files that are there', (page) => {
    const named = [...read(page).matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|json|md))`/g)].map(([, path]) => path);
    const places = ['', 'src', 'src/broker', 'src/broker/log'];
    // The worked change's own, and what stands for any number.
    const worked = ['prefix.ts', 'prefix.test.ts', 'version-N.ts'];
    const unknown = named.filter(
      (path) =>
        !places.some((place) => existsSync(join(ROOT, place, path))) && !worked.some((file) => path.endsWith(file)),
    );
    expect(unknown).toEqual([]);
  });

  test('all pages of the guide are found from README.md', () => {
    const guide = globSync('docs/*.md', { cwd: ROOT });
    expect(guide.filter((page) => !read('README.md').includes(`](${page})`))).toEqual([]);
    const inside = globSync('docs/internals/*.md', { cwd: ROOT });
    expect(inside.filter((page) => !read('ARCHITECTURE.md').includes(`](${page})`))).toEqual([]);
  });

  test('README.md has both commands on its first screen, and ARCHITECTURE.md is read in one go', () => {
    const screen = read('README.md').split('\n').slice(0, 40).join('\n');
    expect(screen).toContain('npm ci && npm start');
    expect(screen).toContain('npm cit');
    expect(read('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(156);
  });
});
