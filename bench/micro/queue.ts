/** A queue: messages in, out, and settled. */
import type { DeclaredQueue } from '../../src/broker/queue/declared-queue.ts';
import type { Message } from '../../src/broker/message/message.ts';
import { NullStore } from '../../src/store/null-store.ts';
import { messageOf, queueOn } from './broker.ts';
import type { Micro } from './loop.ts';

const MESSAGES = 10_000;
const UNACKED = 1000;

export const queue: readonly Micro[] = [16, 1024].flatMap((size): Micro[] => [
  {
    name: `queue accept ${size} B`,
    description: 'messages into an empty queue, which is then purged; an operation is a message',
    prepare: () => {
      const message = messageOf(size, false);
      const own = queueOn(new NullStore());
      return {
        operations: MESSAGES,
        run: () => {
          for (let i = 0; i < MESSAGES; i++) own.accept(message, false, undefined, 0);
          return own.purge();
        },
      };
    },
  },
  {
    name: `queue accept, get, settle ${size} B`,
    description: `the way of a message that is taken and acknowledged, ${UNACKED} of them unacknowledged`,
    prepare: () => {
      const message = messageOf(size, false);
      const own = queueOn(new NullStore());
      const unacked = Array.from({ length: UNACKED }, () => acceptAndGet(own, message));
      let next = 0;
      return {
        operations: MESSAGES,
        run: () => {
          for (let i = 0; i < MESSAGES; i++) {
            own.settle(unacked[next]);
            unacked[next] = acceptAndGet(own, message);
            next = (next + 1) % UNACKED;
          }
          if (own.unacked !== UNACKED) throw new Error(`${own.unacked} messages are unacknowledged`);
          return own.unacked;
        },
      };
    },
  },
]);

let taken = -1;
const take = (_message: Message, seq: number): void => void (taken = seq);

function acceptAndGet(own: DeclaredQueue, message: Message): number {
  own.accept(message, false, undefined, 0);
  if (!own.get(false, take)) throw new Error('the queue is empty');
  return taken;
}
