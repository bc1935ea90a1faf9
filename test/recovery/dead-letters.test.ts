/**
 * A dead letter and the settlement of the message that it was are one commit: a kill leaves the message in its queue or
 * in the next, and never in both or in neither, however large the commit is. LEVERET_CRASH_ROUNDS says how often.
 */
import { setTimeout } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import { expect, test } from 'vitest';
import { dropSocket, open, openChannel } from '../support/interop/amqplib.ts';
import { barrier, confirmChannel, hold } from '../support/recovery/clients.ts';
import { TEST_PATIENCE } from '../support/patience.ts';
import { killableBroker } from '../support/recovery/killable.ts';
import { Random } from '../support/recovery/random.ts';

const ROUNDS = Number(process.env['LEVERET_CRASH_ROUNDS'] ?? 4);

test.each([
  ['messages of 64 KiB, in pages', 64 * 1024, 70],
  ['bodies of 300 KiB, kept apart', 300 * 1024, 15],
])(
  'rejecting %s, more than a batch takes: a kill loses and doubles none',
  { timeout: ROUNDS * TEST_PATIENCE },
  async (...size) => {
    const [, bytes, count] = size;
    const random = new Random(count);
    const broker = await killableBroker();
    /** How long a rejection takes until it is stored; the first one tells. */
    let duration = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const [work, dead] = [`work${round}`, `dead${round}`];
      const publisher = await confirmChannel(broker.url);
      await publisher.assertQueue(dead);
      await publisher.assertQueue(work, { deadLetterExchange: '', deadLetterRoutingKey: dead });
      for (let n = 0; n < count; n++) publisher.sendToQueue(work, numbered(n, bytes), { persistent: true });
      await publisher.waitForConfirms();

      const { connection } = await open(broker.url);
      const consumer = await connection.createChannel();
      const messages: ConsumeMessage[] = [];
      const all = Promise.withResolvers<void>();
      await consumer.consume(work, (message) => messages.push(message!) === count && all.resolve());
      await all.promise;
      const begun = performance.now();
      consumer.nackAll(false);
      if (round === 0) {
        await barrier(broker.url);
        duration = performance.now() - begun;
      } else {
        // A moment for the kill, not a wait: it meets the rejection, the commit, or what comes after.
        await setTimeout(random.next() * duration);
      }
      await broker.kill();
      dropSocket(connection);
      await broker.start();

      const there = [...(await numbersIn(broker.url, work)), ...(await numbersIn(broker.url, dead))];
      expect(
        there.toSorted((a, b) => a - b),
        `round ${round}`,
      ).toEqual(Array.from({ length: count }, (_, n) => n));
      const cleaner = await openChannel(broker.url);
      for (const queue of [work, dead]) await cleaner.deleteQueue(queue);
    }
  },
);

function numbered(n: number, bytes: number): Buffer {
  const body = Buffer.alloc(bytes);
  body.writeUInt32BE(n);
  return body;
}

async function numbersIn(url: string, queue: string): Promise<number[]> {
  const channel = await openChannel(url);
  const { messageCount } = await channel.checkQueue(queue);
  if (messageCount === 0) return [];
  const held = await hold(url, queue, messageCount);
  await held.channel.close();
  return held.messages.map(({ content }) => content.readUInt32BE());
}
