/** How much of the time consumers could take a message at once, as RabbitMQ has it. */
import { expect, test } from 'vitest';
import { consumerCapacity } from '../../../../src/broker/queue/consumer-capacity.ts';
import type { DeclaredQueue } from '../../../../src/broker/queue/declared-queue.ts';

/** A queue with so many ready messages, and for each consumer whether it has room. */
function queueWith(ready: number, ...rooms: boolean[]): DeclaredQueue {
  const consumers = rooms.map((room) => ({ ready: room }));
  return { ready, consumers, consumerCount: rooms.length } as unknown as DeclaredQueue;
}

test.each([
  ['nobody consumes', queueWith(0), 0],
  ['nobody consumes what waits', queueWith(3), 0],
  ['nothing waits, though nobody has room', queueWith(0, false), 1],
  ['something waits, and one has room', queueWith(3, false, true), 1],
  ['something waits, and nobody has room', queueWith(3, false, false), 0],
])('of a queue where %s', (_, queue, capacity) => {
  expect(consumerCapacity(queue)).toBe(capacity);
});
