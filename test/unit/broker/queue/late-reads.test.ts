/** Queues whose messages left memory, of a node whose store answers reads later: they come as if they had been there. */
import { describe, expect, test } from 'vitest';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { ask } from '../../../../src/store/ask.ts';
import type { RecoveredLog } from '../../../../src/store/stored-records.ts';
import { type Answer, StoreError } from '../../../../src/store/store.ts';
import { LateNode } from '../../../support/late-node.ts';
import { bodyText } from '../../../support/recovery/messages.ts';

const LARGE = 'x'.repeat(300_000);
const names = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

describe('messages that left memory', () => {
  test('are got in their order', async () => {
    const first = new LateNode();
    first.queue('q');
    for (const name of names(20)) first.publish('q', name);
    first.publish('q', LARGE);
    first.publish('q', 'last');
    const node = await first.restart();
    expect(node.queue('q').get(true, () => expect.unreachable())).toBeUndefined();
    expect(await node.drain('q')).toEqual([...names(20), LARGE, 'last']);
    expect(node.store.answered).toBeGreaterThan(1);
  });

  test('come to a consumer before those that are published meanwhile', async () => {
    const first = new LateNode();
    first.queue('q');
    for (const name of names(5)) first.publish('q', name);
    const node = await first.restart();
    const got = node.consume('q');
    node.publish('q', 'new');
    expect(got).toEqual([]);
    await node.turns();
    expect(got).toEqual([...names(5), 'new']);
  });

  test('are read before they are wanted, when half of those before them are through', async () => {
    const first = new LateNode();
    first.queue('q');
    for (let n = 0; n < 30; n++) first.publish('q', `${n} ${'x'.repeat(60_000)}`);
    const node = await first.restart();
    let asked = 0;
    node.store.readPages = (ids, answer) => {
      asked++;
      node.store.inner.readPages(ids, (pages) => setImmediate(answer, pages));
    };
    await node.get('q');
    expect(asked).toBe(1);
    for (let n = 0; n < 10; n++) await node.get('q');
    expect(asked).toBe(2);
    expect(await node.drain('q')).toHaveLength(19);
  });

  test.each([
    ['small', '0'],
    ['larger than what memory keeps', 'x'.repeat(9 * 1024 * 1024)],
  ])('stay until who waits for them has his turn, however short of memory the broker is: %s', async (_, body) => {
    const first = new LateNode();
    first.queue('q');
    first.publish('q', body);
    const node = await first.restart();
    const queue = node.queue('q');
    let got: string | undefined;
    const get = (): boolean | undefined => queue.get(true, (message) => (got = bodyText(message)));
    // Its segment, and then its body.
    for (let reads = 0; get() === undefined; reads++) {
      expect(reads).toBeLessThan(2);
      await new Promise<void>((resolve) => queue.whenAnswered(resolve));
      for (let times = 0; times < 3; times++) node.node.memory.budget = 1;
    }
    expect(got).toBe(body);
  });

  test('are purged while they are on their way', async () => {
    const first = new LateNode();
    first.queue('q');
    for (const name of names(5)) first.publish('q', name);
    const node = await first.restart();
    const got = node.consume('q');
    expect(node.queue('q').purge()).toBe(5);
    node.publish('q', 'new');
    await node.turns();
    expect(got).toEqual(['new']);
  });

  test('are gone with their queue while they are on their way', async () => {
    const first = new LateNode();
    first.queue('q');
    first.publish('q', LARGE);
    const node = await first.restart();
    const got = node.consume('q');
    const waiting = node.get('q');
    node.vhost.deleteQueue(node.queue('q'));
    await node.turns();
    expect(got).toEqual(['cancelled']);
    expect(await waiting).toBeUndefined();
  });

  test('expire, or are too many, as soon as they are here, and become dead letters with their bodies', async () => {
    const first = new LateNode();
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' };
    first.queue('dead');
    first.queue('q', { ...args, 'x-message-ttl': 1000 });
    first.queue('short', args);
    for (const body of ['a', LARGE]) first.publish('q', body);
    for (const name of names(5)) first.publish('short', name);
    const node = await first.restart();
    const dead = node.consume('dead');
    node.clock.pass(2000);
    node.queue('short').applySettings(toFieldTable({ ...args, 'x-max-length': 2 }));
    await node.turns();
    expect([node.queue('q').ready, node.queue('short').ready]).toEqual([0, 2]);
    expect(dead.toSorted()).toEqual(['0', '1', '2', 'a', LARGE]);
    expect(await node.drain('short')).toEqual(['3', '4']);
  });

  test('count for a limit on bytes, those that came meanwhile too', async () => {
    const first = new LateNode();
    first.queue('q', { 'x-max-length-bytes': 10 });
    for (const name of ['aaaa', 'bbbb']) first.publish('q', name);
    const node = await first.restart();
    node.publish('q', 'cccc');
    await node.turns();
    expect(await node.drain('q')).toEqual(['bbbb', 'cccc']);
    for (const name of ['d', 'e', 'ffffffffff']) node.publish('q', name);
    expect(await node.drain('q')).toEqual(['ffffffffff']);
  });

  test('need no reading for a limit on bytes if they were in memory before', async () => {
    const node = new LateNode();
    const queue = node.queue('q');
    for (const name of ['aaaa', 'bbbb', 'cccc']) node.publish('q', name);
    await node.turns();
    node.node.memory.budget = 1;
    expect(node.node.memory.bytes).toBe(0);
    queue.applySettings(toFieldTable({ 'x-max-length-bytes': 12 }));
    await node.turns();
    expect(node.store.answered).toBe(0);
    node.publish('q', 'd');
    await node.turns();
    expect(await node.drain('q')).toEqual(['bbbb', 'cccc', 'd']);
  });

  test('are too many deliveries after a restart, and go before they go out again', async () => {
    const first = new LateNode();
    const args = { 'x-queue-type': 'quorum', 'x-delivery-limit': 0 };
    first.queue('q', args);
    for (const name of ['once', 'never']) first.publish('q', name);
    first.queue('q').get(false, () => undefined);
    const node = await first.restart();
    await node.turns();
    expect(await node.drain('q')).toEqual(['never']);
  });
});

describe('a read that fails later', () => {
  /** Fails all reads of a page or a body of the queue that was declared first, later. Returns how to mend that. */
  function spoil(node: LateNode, read: 'readPages' | 'readBody'): () => void {
    const loaded = ask<ReadonlyMap<number, RecoveredLog>>(
      (answer) => node.store.inner.load([1], answer),
      () => expect.unreachable(),
    );
    const { pages } = loaded!.get(1)!;
    const ids = new Set(read === 'readPages' ? pages.map(({ id }) => id) : [1]);
    const { inner } = node.store;
    const fail = (answer: Answer<never>) => void setImmediate(answer, new StoreError('spoiled'));
    node.store.readPages = (asked, answer) => {
      if (read === 'readPages' && asked.some((id) => ids.has(id))) fail(answer);
      else inner.readPages(asked, (pages) => setImmediate(answer, pages));
    };
    node.store.readBody = (id, answer) => {
      if (read === 'readBody' && ids.has(id)) fail(answer);
      else inner.readBody(id, (body) => setImmediate(answer, body));
    };
    return () => ids.clear();
  }

  test.each(['readPages', 'readBody'] as const)('of %s stops its queue and no other, until it works', async (read) => {
    const first = new LateNode();
    for (const name of ['q', 'other']) {
      first.queue(name);
      first.publish(name, LARGE);
    }
    const node = await first.restart();
    const mend = spoil(node, read);
    const got = node.consume('q');
    await node.turns();
    expect([got, node.unreadable]).toEqual([['cancelled'], ['q']]);
    await expect(node.get('q')).rejects.toThrow('cannot be read');
    mend();
    expect(await node.drain('other')).toEqual([LARGE]);
    expect(await node.drain('q')).toEqual([LARGE]);
  });

  test('of what was asked for ahead is told when it is wanted', async () => {
    const first = new LateNode();
    first.queue('q');
    for (let n = 0; n < 30; n++) first.publish('q', `${n} ${'x'.repeat(60_000)}`);
    const node = await first.restart();
    await node.get('q');
    spoil(node, 'readPages');
    const bodies: string[] = [];
    await expect(
      (async () => {
        for (;;) bodies.push((await node.get('q'))!);
      })(),
    ).rejects.toThrow('cannot be read');
    expect(bodies.length).toBeGreaterThan(10);
    expect(node.unreadable).toEqual(['q']);
  });
});
