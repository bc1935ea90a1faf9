/** Looking at messages: what a page shows, where the next one begins, and that nothing of them changes. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type BrowsedPage, browseQueue, type BrowseRequest } from '../../../../src/broker/operations/browsing.ts';
import { OperatorActor } from '../../../../src/broker/operations/actor.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { LateNode } from '../../../support/late-node.ts';

const MIB = 1024 * 1024;

let node: LateNode;

beforeEach(() => {
  node = new LateNode();
});

function holding(bodies: readonly string[], args: Record<string, unknown> = {}): void {
  node.queue('q', args);
  for (const body of bodies) node.publish('q', body);
}

function look(request: Partial<Omit<BrowseRequest, 'from'>> = {}, from?: number | string): Promise<BrowsedPage> {
  const place = from === undefined ? undefined : String(from);
  return browseQueue(new OperatorActor(node.vhost), 'q', place, { count: 100, truncate: 10, ...request });
}

const texts = ({ messages }: BrowsedPage): string[] => messages.map(({ body }) => body.toString());

describe('a page', () => {
  test('has as many messages as are asked for, and tells where the next begins', async () => {
    holding(['a', 'b', 'c', 'd', 'e']);
    const shown: string[][] = [];
    let page = await look({ count: 2 });
    for (; page.next !== undefined; page = await look({ count: 2 }, page.next)) shown.push(texts(page));
    expect([...shown, texts(page)]).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  test('ends with the message whose body is too much for it', async () => {
    holding(['a', 'b', 'c'].map((letter) => letter.repeat(5 * MIB)));
    const page = await look({ truncate: Infinity });
    expect(page.messages.map(({ body, bodySize }) => [body.length, bodySize])).toEqual([
      [5 * MIB, 5 * MIB],
      [5 * MIB, 5 * MIB],
    ]);
    expect((await look({}, page.next)).messages[0].body.toString()).toBe('c'.repeat(10));
  });

  test('has the highest priority first, and the next page goes on with lower ones', async () => {
    node.queue('q', { 'x-max-priority': 3 });
    for (const priority of [1, 3, 0, 3]) node.publish('q', `${priority}`, { priority });
    const page = await look({ count: 3 });
    expect([texts(page), texts(await look({}, page.next))]).toEqual([['3', '3', '1'], ['0']]);
  });

  test('goes by the filter, and counts what it looked at', async () => {
    node.queue('q');
    node.publish('q', 'some red text', { headers: toFieldTable({ colour: 'red' }) });
    node.publish('q', 'blue', { headers: toFieldTable({ colour: 'blue' }) });
    node.publish('q', 'no headers');
    expect(texts(await look({ header: { name: 'colour', value: undefined } }))).toEqual(['some red t', 'blue']);
    expect(texts(await look({ header: { name: 'colour', value: 'blue' } }))).toEqual(['blue']);
    expect(await look({ text: 'red' })).toMatchObject({ messages: [{ bodySize: 13 }], examined: 3, next: undefined });
    expect(texts(await look({ routingKey: 'another' }))).toEqual([]);
  });

  test('tells where each message is', async () => {
    holding(['a', 'b']);
    const queue = node.queue('q');
    queue.get(false, () => undefined);
    const states = async (): Promise<unknown[]> => (await look()).messages.map(({ state }) => state);
    expect(await states()).toEqual(['unacknowledged', 'ready']);
    expect(texts(await look({ state: 'ready' }))).toEqual(['b']);
  });
});

test('nothing changes by a look', async () => {
  holding(['a', 'b']);
  const { ready, unacked } = node.queue('q');
  for (let times = 0; times < 2; times++) {
    const page = await look();
    expect(page.messages.map(({ redelivered, deliveries }) => [redelivered, deliveries])).toEqual([
      [false, 0],
      [false, 0],
    ]);
  }
  expect(node.queue('q')).toMatchObject({ ready, unacked });
  expect(await node.drain('q')).toEqual(['a', 'b']);
});

test.each([
  ['a place that is none', () => look({}, 'first-but-one'), "'first-but-one' is no place in the queue"],
  ['an offset of a stream, in a queue', () => look({}, '1h'), "'1h' is no place in the queue"],
])('%s is refused', async (_what, asked, text) => {
  holding(['a']);
  await expect((async () => asked())()).rejects.toThrow(text);
});

test('a queue that is not there is refused', () => {
  expect(() => look()).toThrow("no queue 'q' in vhost '/'");
});
