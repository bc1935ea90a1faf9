/**
 * Consumers that read slowly what comes back from the disk: large bodies wait for them where they lie in memory, while that memory's queues
 * have long forgotten them and others want memory of this size.
 */
import { expect, onTestFinished, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { AmqpClient } from '../support/amqp-client/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const READERS = 4;
/** More than the system's socket buffers take, and than stays in memory. */
const MESSAGES = 160;

const queueOf = (reader: number) => `q${reader}`;
/** 64 KiB that no other message has. */
const bodyOf = (reader: number, n: number) => `${reader}:${String(n).padStart(6, '0')}`.repeat(8192);

async function connect(url: string): Promise<AmqpClient> {
  const client = await AmqpClient.connect(url);
  onTestFinished(() => client.destroy());
  return client;
}

async function fill(url: string): Promise<void> {
  const channel = await (await connect(url)).channel();
  const queues = Array.from({ length: READERS }, (_, reader) => queueOf(reader));
  for (const queue of queues) await channel.queue(queue, { durable: true, exclusive: false });
  await channel.call('confirm.select');
  for (const [reader, queue] of queues.entries()) {
    for (let n = 0; n < MESSAGES; n++) channel.publish(queue, bodyOf(reader, n), { deliveryMode: 2 });
  }
  await channel.confirmed(1, READERS * MESSAGES);
}

/** The messages that a consumer gets which reads a piece a turn: their numbers, or what is wrong with them. */
async function read(url: string, reader: number, noAck: boolean): Promise<(number | string)[]> {
  const client = await connect(url);
  const { socket } = client;
  const channel = await client.channel();
  socket.on('data', () => {
    socket.pause();
    // All that was delivered, what is still on its way too.
    if (!noAck) channel.ack(0, true);
    setImmediate(() => socket.resume());
  });
  await channel.consume(queueOf(reader), { noAck });
  const numbers: (number | string)[] = [];
  for (let n = 0; n < MESSAGES; n++) {
    const { body } = await channel.delivery();
    numbers.push(body === bodyOf(reader, n) ? n : `damaged: ${body.slice(0, 8)}`);
  }
  return numbers;
}

test.each([
  ['read slowly and acknowledge nothing', true],
  ['acknowledge what they have yet to read', false],
])('who %s get every byte as it was sent', async (_, noAck) => {
  const broker = await Broker.start({ port: 0, dataDir: temporaryFolder() });
  onTestFinished(() => broker.stop());
  await fill(broker.url);
  const all = Array.from({ length: MESSAGES }, (__, n) => n);
  const got = await Promise.all(Array.from({ length: READERS }, (__, reader) => read(broker.url, reader, noAck)));
  for (const numbers of got) expect(numbers).toEqual(all);
});
