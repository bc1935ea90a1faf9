/** Deduplication of a node whose store answers reads later: clients come when it is known what there was before the start. */
import { expect, test } from 'vitest';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { StoreError } from '../../../../src/store/store.ts';
import { LateNode } from '../../../support/late-node.ts';

const IN_QUEUE = { 'x-message-deduplication': true };
const RULES = [IN_QUEUE, { ...IN_QUEUE, 'x-max-priority': 2 }, { ...IN_QUEUE, 'x-cache-ttl': 60_000 }];
/** More than a segment takes. */
const MANY = 30;
const BODY = 'x'.repeat(60_000);

const idOf = (n: number) => ({ messageId: `m${n}` });

async function holding(args: Record<string, unknown>): Promise<LateNode> {
  const first = new LateNode();
  first.queue('q', args);
  for (let n = 0; n < MANY; n++) first.publish('q', BODY, idOf(n));
  return first.restart();
}

test.each(RULES)('%o: what comes again after a start is dropped, wherever the first one is', async (args) => {
  const node = await holding(args);
  for (let n = 0; n <= MANY; n++) node.publish('q', 'again', idOf(n));
  expect(node.queue('q').ready).toBe(MANY + 1);
  expect(await node.drain('q')).toEqual([...Array.from({ length: MANY }, () => BODY), 'again']);
  expect(node.unreadable).toEqual([]);
});

test('a key counts no longer when its last message has left, also if that came while others were read', async () => {
  const first = new LateNode();
  first.queue('q');
  for (let n = 0; n < MANY; n++) first.publish('q', BODY, idOf(n));
  const node = await first.restart();
  const queue = node.queue('q');
  queue.applySettings(toFieldTable(IN_QUEUE));
  // Whether it is a repeat is not known yet.
  node.publish('q', 'new', idOf(MANY));
  await node.turns(60);
  node.publish('q', 'again', idOf(MANY));
  node.publish('q', 'again', idOf(MANY - 1));
  expect(queue.ready).toBe(MANY + 1);
  await node.drain('q');
  node.publish('q', 'once more', idOf(MANY));
  expect(await node.drain('q')).toEqual(['once more']);
});

test('keys that cannot be read count as forgotten, and are told of', async () => {
  const first = new LateNode();
  first.queue('q', { ...IN_QUEUE, 'x-cache-ttl': 60_000 });
  first.publish('q', 'a', idOf(0));
  first.store.inner.readSeen = (_queueId, answer) => answer(new StoreError('spoiled'));
  const node = await first.restart();
  expect(node.unreadable).toEqual(['q']);
  node.publish('q', 'again', idOf(0));
  expect(await node.drain('q')).toEqual(['a', 'again']);
});
