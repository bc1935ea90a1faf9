/**
 * A burst of 100,000 orders, levelled out by slow workers that crash and come back. Nothing is lost, and nothing is done
 * twice, though orders are delivered twice and even sent twice.
 *
 * What each side has to do for that:
 * - The shop gives every order a message id, and sends again whatever was not confirmed.
 * - The queue drops the orders that were sent twice, where the broker can do that: Leveret does, RabbitMQ takes the arguments and
 *   every order.
 * - A worker acknowledges an order after it is done, and asks before whether it was done already: what a worker had in hand
 *   when it crashed comes again, whatever the broker.
 *
 *   node examples/burst.ts [amqp://user:password@host] [number of orders]
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChannelModel, connect, type ConsumeMessage } from 'amqplib';

const URL = process.argv[2] ?? 'amqp://localhost';
const ORDERS = Number(process.argv[3] ?? 100_000);
const WORKERS = 4;
/** How many orders a worker may have in hand: enough to keep it busy, few enough to share the rest. */
const PREFETCH = 100;
const QUEUE = 'example.burst';
/** The queue remembers the ids of a million orders for an hour each. */
const ONCE = { 'x-message-deduplication': true, 'x-cache-ttl': 60 * 60 * 1000, 'x-cache-size': 1_000_000 };

const allDone = Promise.withResolvers<void>();

// These two stand for the shop's database, which outlives a worker.
/** The ids of the orders that are done. A real worker writes the id in the same transaction as what the order changes. */
const done = new Set<string>();
/** One carrot an order: some would be left if an order were lost, and some missing if one were done twice. */
let carrots = ORDERS;

let skipped = 0;
/** Of those: not delivered again, but sent again. */
let sentTwice = 0;
let crashes = 0;

/** Sends the orders `from` to `to`; resolves when the broker has them all safe. */
async function sendOrders(connection: ChannelModel, from: number, to: number): Promise<void> {
  const channel = await connection.createConfirmChannel();
  for (let number = from; number < to; number++) {
    const options = { persistent: true, messageId: `order-${number}` };
    const more = channel.sendToQueue(QUEUE, Buffer.from('one carrot, please'), options);
    // The socket is full: wait until it has drained, rather than pile orders up in our own memory.
    if (!more) await once(channel, 'drain');
  }
  await channel.waitForConfirms();
  await channel.close();
}

/** Does orders until all are done, or until it crashes after `crashAfter` of them. */
async function work(crashAfter: number): Promise<void> {
  const connection = await connect(URL);
  const gone = new Promise((resolve) => connection.on('close', resolve));
  // Without a listener a lost connection would end the whole program.
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  await channel.prefetch(PREFETCH);
  let working = true;
  let handled = 0;

  const handle = async (order: ConsumeMessage): Promise<void> => {
    const id = order.properties.messageId as string;
    if (done.has(id)) {
      skipped++;
      if (!order.fields.redelivered) sentTwice++;
    } else {
      done.add(id);
      carrots--;
    }
    if (++handled === crashAfter) {
      // The worst moment: this order is done, and so are others, but the broker will never hear of it.
      working = false;
      crashes++;
      crash(connection);
      return;
    }
    if (done.size === ORDERS) allDone.resolve();
    // The work takes its time.
    await pause(20);
    if (working) channel.ack(order);
  };
  await channel.consume(QUEUE, (order) => {
    if (order !== null && working) void handle(order);
  });

  await Promise.race([gone, allDone.promise]);
  if (!working) return;
  working = false;
  await connection.close();
}

/** Ends a connection without a goodbye, as a crash does. amqplib has no method for that, so we reach for its socket. */
function crash(connection: ChannelModel): void {
  (connection.connection as unknown as { stream: Socket }).stream.destroy(new Error('crash'));
}

/** A worker and whatever starts it again when it crashed: systemd, Kubernetes, ... */
async function keepWorking(): Promise<void> {
  while (done.size < ORDERS) await work(Math.ceil(ORDERS / WORKERS / 3));
}

const connection = await connect(URL);
const channel = await connection.createChannel();
await channel.assertQueue(QUEUE, { durable: true, arguments: ONCE });
// What a run that was interrupted left.
await channel.purgeQueue(QUEUE);

const start = Date.now();
const seconds = (): string => `${((Date.now() - start) / 1000).toFixed(1)} s`;
const workers = Array.from({ length: WORKERS }, keepWorking);

const half = Math.floor(ORDERS / 2);
await sendOrders(connection, 0, half);
// Say the shop lost its connection before the last confirms arrived. It cannot know, so it sends those orders again.
await sendOrders(connection, Math.floor(half * 0.98), half);
await sendOrders(connection, half, ORDERS);
console.log(`after ${seconds()} the shop has sent ${ORDERS} orders, and ${done.size} are done`);

await allDone.promise;
await Promise.all(workers);
console.log(`after ${seconds()} all ${done.size} orders are done, and ${carrots} carrots are left`);
console.log(
  `workers crashed ${crashes} times; ${skipped} orders came twice and were skipped, ${sentTwice} of them sent twice`,
);

await channel.deleteQueue(QUEUE);
await connection.close();
