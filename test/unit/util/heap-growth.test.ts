import { expect, test } from 'vitest';
import { runOk } from '../../support/processes/run.ts';

const HEAP_GROWTH = new URL('../../../src/util/heap-growth.ts', import.meta.url).href;

/** Young objects that stay make V8 give them more space, unless it was told not to. */
const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8';
  if (process.argv[1] === 'small') (await import('${HEAP_GROWTH}')).keepHeapSmall();
  const kept = [];
  for (let n = 0; n < 1_000_000; n++) kept.push({ n });
  console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size);
`;

async function youngSpace(how: string): Promise<number> {
  return Number(await runOk(process.execPath, ['--input-type=module', '-e', PROGRAM, how]));
}

test('the space of young objects stays small where many of them stay', async () => {
  const [small, usual] = [await youngSpace('small'), await youngSpace('usual')];
  // 2 MB and 67; it may have grown a little before the flag counts.
  expect(usual).toBeGreaterThan(4 * small);
});
