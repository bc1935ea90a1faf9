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
  ['re', 'govern'],
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
].map((pieces) => pieces.join(''));

test.each(GIVEN_UP)('nothing is called %s', (name) => {
  const word = new RegExp(`(?<![\\w-])${name}(?![\\w-])`);
  expect(FILES.filter((file) => word.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
});
