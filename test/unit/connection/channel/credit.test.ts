/** What consumers of a channel may have outstanding together, and in which order those go on that waited. */
import { expect, test } from 'vitest';
import { DeliveryCounters } from '../../../../src/broker/events/counters.ts';
import type { DeclaredQueue } from '../../../../src/broker/queue/declared-queue.ts';
import { ChannelConsumer } from '../../../../src/connection/channel/channel-consumer.ts';
import { Credit } from '../../../../src/connection/channel/credit.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';

/** A channel's credit, and what its consumers do: they note their tags when they go on. */
function channel() {
  const resumed: string[] = [];
  const queue = { activate: ({ tag }: ChannelConsumer) => resumed.push(tag) } as unknown as DeclaredQueue;
  const byQueue = { of: () => new DeliveryCounters() };
  const target = { canTake: () => true, deliver: () => {}, cancelled: () => {}, byQueue };
  const consumers = new Map<string, ChannelConsumer>();
  const credit = new Credit({ consumers, connection: { takesDeliveries: true } });
  const consumer = (tag: string, priority = 0): ChannelConsumer => {
    const options = { tag, priority, noAck: false, exclusive: false, prefetch: 0, arguments: EMPTY_TABLE };
    const made = new ChannelConsumer(queue, target, options, undefined);
    consumers.set(tag, made);
    return made;
  };
  const deliver = (to: ChannelConsumer): void => {
    to.unacked++;
    credit.spend();
  };
  return { credit, consumer, deliver, resumed };
}

test('a limit holds for all consumers together, and is none where it is 0', () => {
  const { credit, consumer, deliver } = channel();
  const [a, b] = [consumer('a'), consumer('b')];
  deliver(a);
  deliver(b);
  expect(credit.admits()).toBe(true);
  credit.limit = 2;
  expect(credit.admits()).toBe(false);
  credit.release(a);
  expect(credit.admits()).toBe(true);
  expect([a.unacked, b.unacked]).toEqual([0, 1]);
});

test('what basic.get took is no part of it', () => {
  const { credit, consumer, deliver } = channel();
  credit.limit = 1;
  deliver(consumer('a'));
  credit.release(undefined);
  expect(credit.admits()).toBe(false);
});

test('consumers that were held up go on once each, higher priorities first, and those that were not are left alone', () => {
  const { credit, consumer, deliver, resumed } = channel();
  const [low, high, busy] = [consumer('low'), consumer('high', 5), consumer('busy', 9)];
  busy.active = true;
  for (const each of [low, low, high, busy]) deliver(each);
  for (const each of [low, low, high, busy]) credit.release(each);
  credit.resumeWaiting();
  expect(resumed).toEqual(['high', 'low']);
  credit.resumeWaiting();
  expect(resumed).toHaveLength(2);
});

test('whoever the limit held up goes on by the acknowledgement of another', () => {
  const { credit, consumer, deliver, resumed } = channel();
  credit.limit = 1;
  const [one, two] = [consumer('one'), consumer('two')];
  deliver(one);
  one.active = true;
  expect(credit.admits()).toBe(false);
  credit.resumeWaiting();
  expect(resumed).toEqual([]);
  credit.release(one);
  credit.resumeWaiting();
  expect(resumed).toEqual([two.tag]);
});
