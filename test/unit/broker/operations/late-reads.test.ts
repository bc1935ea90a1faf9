/** Looking at messages, moving and taking them while the store answers reads later: nothing is skipped, and no answer is short. */
import { describe, expect, test } from 'vitest';
import { internalIdentity } from '../../../../src/broker/access/internal-backend.ts';
import { UserActor } from '../../../../src/broker/operations/actor.ts';
import { browseQueue, type BrowsedPage } from '../../../../src/broker/operations/browsing.ts';
import { cancelDelayed } from '../../../../src/broker/operations/delayed.ts';
import { getMessages, type TakenMessage } from '../../../../src/broker/operations/getting.ts';
import { startRedrive } from '../../../../src/broker/operations/redriving.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { StoreError } from '../../../../src/store/store.ts';
import { LateNode } from '../../../support/late-node.ts';
import { messageOf, PERSISTENT } from '../../../support/recovery/messages.ts';

const LARGE = 'x'.repeat(300_000);
const ALL = { count: 100, truncate: 10 };

/** A node that has these messages in queue `q`, none of them in memory. */
async function holding(bodies: readonly string[], args: Record<string, unknown> = {}): Promise<LateNode> {
  const first = new LateNode();
  first.queue('q', args);
  for (const body of bodies) first.publish('q', body);
  return first.restart();
}

function spoil(node: LateNode, read: 'readPages' | 'readBody'): void {
  node.store[read] = (_ids: unknown, answer: (reason: StoreError) => void) =>
    void setImmediate(answer, new StoreError('spoiled'));
}

const actor = (node: LateNode) => new UserActor(internalIdentity(node.node.auth, 'guest')!, node.vhost);
const texts = ({ messages }: BrowsedPage) => messages.map(({ body }) => body.toString());

describe('browsing', () => {
  test.each([{}, { 'x-max-priority': 3 }, { 'x-queue-type': 'stream' }])(
    'shows messages that are not here yet, of a queue with %o',
    async (args) => {
      const bodies = ['a', 'b', LARGE, 'c', 'y'.repeat(600_000), LARGE, 'd'];
      const node = await holding(bodies, args);
      const page = await browseQueue(actor(node), 'q', undefined, ALL);
      expect(texts(page)).toEqual(bodies.map((body) => body.slice(0, 10)));
      expect(page).toMatchObject({ next: undefined, examined: 7 });
      expect(node.store.answered).toBeGreaterThan(1);
    },
  );

  test('finds out where a stream is to be shown from', async () => {
    const first = new LateNode();
    first.queue('q', { 'x-queue-type': 'stream' });
    for (const body of ['a', 'b', 'c']) {
      first.publish('q', body);
      first.clock.pass(60_000);
    }
    const now = first.clock.now();
    const node = await first.restart();
    node.clock.pass(now - node.clock.now());
    expect(texts(await browseQueue(actor(node), 'q', '150s', ALL))).toEqual(['b', 'c']);
  });

  test.each(['readPages', 'readBody'] as const)('fails by %s, and the queue is none the worse', async (read) => {
    const large = read === 'readBody' ? [LARGE] : Array.from({ length: 30 }, () => 'x'.repeat(60_000));
    const node = await holding(['a', ...large]);
    // By then the queue has its first message.
    await node.turns();
    spoil(node, read);
    await expect(browseQueue(actor(node), 'q', undefined, ALL)).rejects.toThrow('spoiled');
    expect([node.unreadable, node.queue('q').readable]).toEqual([[], true]);
  });

  test.each(['purged', 'deleted'])('ends with a queue that is %s meanwhile', async (how) => {
    const node = await holding(['a', LARGE]);
    const page = browseQueue(actor(node), 'q', undefined, ALL);
    if (how === 'purged') node.queue('q').purge();
    else node.vhost.deleteQueue(node.queue('q'));
    expect(await page).toMatchObject({ messages: [], next: undefined });
  });
});

describe('moving messages', () => {
  const request = { destination: { exchange: '', routingKey: 'other' }, count: Infinity, rate: Infinity };

  test('moves those that are not here yet', async () => {
    const node = await holding(['a', LARGE, 'b']);
    node.queue('other');
    const id = startRedrive(node.node, actor(node), 'q', request);
    await expect.poll(() => node.node.jobs.get(id)!.state).toBe('completed');
    expect(node.node.jobs.get(id)!.progress).toEqual({ messages: 3, examined: 3, moved: 3, left: 0 });
    expect(await node.drain('other')).toEqual(['a', LARGE, 'b']);
  });

  test('fails if they cannot be read', async () => {
    const node = await holding(['a']);
    node.queue('other');
    spoil(node, 'readPages');
    const id = startRedrive(node.node, actor(node), 'q', request);
    await expect.poll(() => node.node.jobs.get(id)!.state).toBe('failed');
    expect(node.node.jobs.get(id)!.error).toContain('spoiled');
  });
});

describe('taking messages without a channel', () => {
  test('takes those that are not here yet, and puts them back', async () => {
    const node = await holding(['a', LARGE, 'b']);
    const taken: [string, number][] = [];
    await getMessages(actor(node), 'q', {
      afterwards: 'ack_requeue_true',
      wantsMore: true,
      take: ({ body, left }) => taken.push([body.toString(), left]),
    });
    expect(taken).toEqual([
      ['a', 2],
      [LARGE, 1],
      ['b', 0],
    ]);
    expect(await node.drain('q')).toEqual(['a', LARGE, 'b']);
  });

  test('puts back what it had if the next cannot be read', async () => {
    const node = await holding(['a', LARGE, 'b']);
    spoil(node, 'readBody');
    const taker = { afterwards: 'ack_requeue_false', wantsMore: true, take: () => {} } as const;
    await expect(getMessages(actor(node), 'q', taker)).rejects.toThrow('cannot be read');
    expect([node.queue('q').ready, node.queue('q').unacked]).toEqual([3, 0]);
  });

  test('puts back what it had if its taker cannot do with the next', async () => {
    const node = await holding(['a', 'b', 'c']);
    const take = ({ body }: TakenMessage): void => {
      if (body.toString() === 'b') throw new Error('too much for me');
    };
    const taker = { afterwards: 'ack_requeue_false', wantsMore: true, take } as const;
    await expect(getMessages(actor(node), 'q', taker)).rejects.toThrow('too much for me');
    expect(await node.drain('q')).toEqual(['a', 'b', 'c']);
  });
});

test('a message that waits at an exchange is cancelled though it is not here yet, once', async () => {
  const first = new LateNode();
  first.vhost.declareExchange({
    ...{ name: 'later', type: 'x-delayed-message', durable: true, autoDelete: false, internal: false },
    arguments: toFieldTable({ 'x-delayed-type': 'fanout' }),
  });
  const exchange = first.vhost.existingExchange('later');
  const properties = { headers: toFieldTable({ 'x-delay': 1000 }), ...PERSISTENT };
  for (const body of ['a', 'b']) {
    const message = messageOf({ exchange: 'later', properties, body });
    first.vhost.publish(message, first.vhost.route(exchange, message), undefined, 0);
  }
  const node = await first.restart();
  await cancelDelayed(actor(node), 'later', 0);
  expect(node.vhost.existingExchange('later').delayed!.count).toBe(1);
  await expect(cancelDelayed(actor(node), 'later', 0)).rejects.toThrow('does not wait');
});
