/** Batches of an engine that takes several at a time: who hears of which, and when. */
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../src/store/batch.ts';
import { type Engine, GroupCommit } from '../../../src/store/group-commit.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { turn } from '../../contract/store.support.ts';

/** Batches end when the test says so. */
class HeldEngine implements Engine {
  readonly batch = {} as Batch;
  readonly batchesAtOnce: number;
  readonly underWay: (() => void)[] = [];

  constructor(batchesAtOnce: number) {
    this.batchesAtOnce = batchesAtOnce;
  }

  commit(_changes: readonly unknown[], done: () => void): void {
    this.underWay.push(done);
  }

  endFirst(): void {
    this.underWay.shift()!();
  }
}

function started(batchesAtOnce: number) {
  const engine = new HeldEngine(batchesAtOnce);
  const commits = new GroupCommit(engine, new HandClock());
  const heard: string[] = [];
  let batches = 0;
  const source = {
    collect: () => ++batches,
    committed: (mark: number) => heard.push(`batch ${mark}`),
  };
  /** Has one more batch begin, if the engine takes it. */
  const ask = async (): Promise<void> => {
    commits.schedule(source, true);
    await turn();
  };
  return { engine, commits, heard, ask };
}

describe.each([1, 2, 4])('an engine that takes %i batches at a time', (batchesAtOnce) => {
  test('gets no more, and the next as soon as the first is done', async () => {
    const { engine, ask } = started(batchesAtOnce);
    for (let n = 0; n < 6; n++) await ask();
    expect(engine.underWay).toHaveLength(batchesAtOnce);
    engine.endFirst();
    expect(engine.underWay).toHaveLength(batchesAtOnce);
  });
});

test('a source hears of each of its batches what it said of that', async () => {
  const { engine, heard, ask } = started(2);
  await ask();
  await ask();
  engine.endFirst();
  expect(heard).toEqual(['batch 1']);
  await ask();
  engine.endFirst();
  engine.endFirst();
  expect(heard).toEqual(['batch 1', 'batch 2', 'batch 3']);
});

test('who waits for all that was said hears when the last batch is done, and no earlier', async () => {
  const { engine, commits, heard, ask } = started(2);
  await ask();
  await ask();
  commits.afterCommit(() => heard.push('all'));
  engine.endFirst();
  expect(heard).toEqual(['batch 1']);
  engine.endFirst();
  expect(heard).toEqual(['batch 1', 'batch 2', 'all']);
});

describe('when another node has the store', () => {
  test('nobody hears of the batches under way, and no more are made', async () => {
    const { engine, commits, heard, ask } = started(2);
    await ask();
    await ask();
    commits.afterCommit(() => heard.push('all'));
    commits.fence('node b has it');
    engine.endFirst();
    engine.endFirst();
    commits.change({ op: 'delete-vhost', name: 'v' });
    commits.afterCommit(() => heard.push('all'));
    await ask();
    expect(heard).toEqual([]);
    expect(engine.underWay).toEqual([]);
  });

  test('who has it end is told once, before and after', () => {
    const { commits, heard } = started(1);
    commits.onFenced((reason) => heard.push(reason));
    commits.fence('node b has it');
    commits.fence('node c has it');
    commits.onFenced((reason) => heard.push(`${reason} still`));
    expect(heard).toEqual(['node b has it', 'node b has it still']);
  });
});
