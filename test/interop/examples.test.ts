/** The programs in examples/, each run as a newcomer would run it, judged by what they print. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runOk } from '../support/processes/run.ts';
import { externalUrl, useTarget } from '../support/interop/target.ts';
import { TEST_PATIENCE } from '../support/patience.ts';

const target = useTarget();

/** Runs the program against the broker and gives the lines it printed. */
async function runExample(name: string, ...args: readonly string[]): Promise<string[]> {
  const program = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
  const printed = await runOk(process.execPath, [program, target.url, ...args], { deadline: TEST_PATIENCE });
  return printed.trimEnd().split('\n');
}

/** The lines that begin with `prefix`, without it. */
function linesOf(lines: readonly string[], prefix: string): string[] {
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}

test('work-queue.ts does every task once and gives the fast worker more of them', async () => {
  const lines = await runExample('work-queue');
  const [slow, fast] = [linesOf(lines, 'slow worker did task '), linesOf(lines, 'fast worker did task ')];
  const numbers = [...slow, ...fast].map(Number).sort((a, b) => a - b);
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(fast.length).toBeGreaterThan(slow.length);
  expect(lines.at(-1)).toBe('all tasks are done');
});

test('publish-subscribe.ts gives each subscriber what was published since it came', async () => {
  const lines = await runExample('publish-subscribe');
  expect(linesOf(lines, 'Ann hears: ')).toEqual(['good morning', 'good day', 'good night']);
  expect(linesOf(lines, 'Bob hears: ')).toEqual(['good day', 'good night']);
});

test('routing.ts gives each subscriber its own severities', async () => {
  const lines = await runExample('routing');
  expect(linesOf(lines, 'screen gets ')).toEqual([
    'info: started',
    'warning: the disk fills up',
    'error: the disk is full',
  ]);
  expect(linesOf(lines, 'pager gets ')).toEqual(['error: the disk is full']);
});

test('topics.ts gives each subscriber what its pattern matches', async () => {
  const lines = await runExample('topics');
  expect(linesOf(lines, 'order.*.europe matches ')).toEqual(['order.placed.europe', 'order.paid.europe']);
  expect(linesOf(lines, 'order.paid.* matches ')).toEqual(['order.paid.europe', 'order.paid.asia']);
  expect(linesOf(lines, '#.europe matches ')).toEqual([
    'order.placed.europe',
    'order.paid.europe',
    'customer.complaint.by-mail.europe',
  ]);
  expect(linesOf(lines, '# matches ').length).toBe(4);
});

test('rpc.ts gives each request its own answer', async () => {
  const lines = await runExample('rpc');
  expect(lines).toEqual(['3 squared is 9', '7 squared is 49', '12 squared is 144']);
});

test('order-pipeline.ts does each step of each order, retries, parks what fails for good, and lets express orders overtake', async () => {
  const lines = await runExample('order-pipeline');
  expect(linesOf(lines, 'inventory: order ')).toEqual(['4 is done', '1 is done', '2 is done', '3 is done']);
  expect(linesOf(lines, 'email: order ')).toEqual(['1 is done', '2 is done', '3 is done', '4 is done']);
  const payment = linesOf(lines, 'payment: order ');
  expect(payment.filter((line) => line.startsWith('2 '))).toEqual([
    '2 has to wait: the card is expired',
    '2 has to wait: the card is expired',
    '2 failed for good: the card is expired',
  ]);
  expect(payment.filter((line) => line.startsWith('3 '))).toEqual([
    '3 has to wait: the bank does not answer',
    '3 is done',
  ]);
  expect(lines.at(-1)).toBe('to look at: order 2, payment: the card is expired');
});

test('stream-replay.ts reads a stream from the beginning, from an offset and from now on', async () => {
  const lines = await runExample('stream-replay');
  expect(linesOf(lines, 'the archive reads ')).toEqual([17, 18, 21, 24, 22].map((t, at) => `${t} at offset ${at}`));
  expect(linesOf(lines, 'the chart reads ')).toEqual(['24 at offset 3', '22 at offset 4']);
  expect(linesOf(lines, 'the display reads ')).toEqual(['19 at offset 5']);
});

test('burst.ts does 20,000 orders once each while its workers crash', async () => {
  const lines = await runExample('burst', '20000');
  expect(lines[1]).toMatch(/ all 20000 orders are done, and 0 carrots are left$/);
  const [, crashes, skipped, sentTwice] =
    /crashed (\d+) times; (\d+) orders came twice and were skipped, (\d+) of them sent twice/.exec(lines[2])!;
  expect(Number(crashes)).toBeGreaterThan(4);
  expect(Number(skipped)).toBeGreaterThan(0);
  // Other brokers may hand on what is sent twice; Leveret drops it.
  if (externalUrl === undefined) expect(Number(sentTwice)).toBe(0);
});
