/** Names that were given up for those of the field stay away, in code and in pages. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FILES = [
  ...globSync('{src,test,bench,scripts,docs}/**/*.{ts,md}', { cwd: ROOT }),
  'ARCHITECTURE.md',
  'README.md',
];

/** In pieces, or this file would be found. */
const GIVEN_UP = [
  ['go', 'On'],
  ['help', 'ings'],
  ['giving', '-up'],
  ['many', 'Letters'],
  ['inPlace', 'OfAnother'],
  ['signs', '-of-life'],
  ['hast', 'en'],
  ['re', 'gov', 'ern'],
  ['take', 'In'],
  ['Definition', 'Transfer'],
  ['Come', 'Back'],
  ['Discarding', 'Store'],
  ['Confirm', 'Ledger'],
  ['Commit', 'Ledger'],
  ['due', '-heap'],
  ['held', '-memory'],
  ['dis', 'use'],
  ['sin', 'ks'],
  ['Gov', 'erned'],
  ['gov', 'ern'],
  ['help', 'ing'],
  ['giving', 'Up'],
  ['Due', 'Heap'],
  ['Hold', 'ing'],
  ['Si', 'nk'],
  ['si', 'nk'],
  ['Pa', 'ce'],
  ['lo', 'ans'],
  ['le', 'nt'],
  ['co', 'ol'],
  ['de', 'af'],
].map((pieces) => pieces.join(''));

test.each(GIVEN_UP)('nothing is called %s', (name) => {
  const word = new RegExp(`(?<![\\w-])${name}(?![\\w-])`);
  expect(FILES.filter((file) => word.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
});

test.each(['Reader', 'Reading', 'Page', 'Policies', 'Stage', 'Connection', 'Limits', 'Node'])(
  'no two things are called %s',
  (name) => {
    const declared = new RegExp(`^(?:export )?(?:abstract )?(?:class|interface|type) ${name}\\b`, 'm');
    const files = FILES.filter(
      (file) => file.startsWith('src/') && declared.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(files.length).toBeLessThanOrEqual(1);
  },
);
