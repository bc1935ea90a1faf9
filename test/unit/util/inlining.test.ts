import { expect, test } from 'vitest';
import { runOk } from '../../support/processes/run.ts';

const INLINING = new URL('../../../src/util/inlining.ts', import.meta.url).href;

/** V8 says which functions it takes into `outer`, whose parts have more code than it takes by default. */
const PROGRAM = `
  import { setFlagsFromString } from 'node:v8';
  if (process.argv[1] === 'more') (await import('${INLINING}')).inlineMessagePath();
  const part = (n) => new Function('x', Array.from({ length: 20 }, (_, i) => 'x = (x * ' + (n + i + 2) + ' + ' + i + ') & 1023;').join('') + 'return x;');
  const parts = Array.from({ length: 12 }, (_, n) => part(n));
  const outer = new Function(...parts.map((_, n) => 'p' + n), 'return (x) => { ' + parts.map((_, n) => 'x = p' + n + '(x);').join('') + ' return x; }')(...parts);
  setFlagsFromString('--trace-turbo-inlining');
  let x = 0;
  for (let n = 0; n < 1_000_000; n++) x = outer(x);
`;

async function inlined(how: string): Promise<number> {
  const told = await runOk(process.execPath, [
    '--no-maglev',
    '--no-use-osr',
    '--input-type=module',
    '-e',
    PROGRAM,
    how,
  ]);
  return told.split('\n').filter((line) => line.startsWith('Inlining')).length;
}

test('V8 inlines more than by default', async () => {
  const [more, usual] = [await inlined('more'), await inlined('usual')];
  expect(usual).toBeGreaterThan(0);
  expect(more).toBeGreaterThan(usual);
});
