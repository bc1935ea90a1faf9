/**
 * Publish and subscribe: whoever listens gets a copy of every message from then on.
 *
 *   node examples/publish-subscribe.ts [amqp://user:password@host]
 */
import { connect } from 'amqplib';

const EXCHANGE = 'example.news';

const connection = await connect(process.argv[2] ?? 'amqp://localhost');
const channel = await connection.createChannel();
// A fanout exchange passes each message to all queues that are bound to it.
await channel.assertExchange(EXCHANGE, 'fanout', { durable: false });

/** Prints what is published from now on; resolves when `last` arrived. */
async function subscribe(name: string, last: string): Promise<{ readonly finished: Promise<void> }> {
  const finished = Promise.withResolvers<void>();
  // A queue of our own: the broker names it, and deletes it when our connection ends.
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EXCHANGE, '');
  await channel.consume(
    queue,
    (message) => {
      if (message === null) return;
      const news = message.content.toString();
      console.log(`${name} hears: ${news}`);
      if (news === last) finished.resolve();
    },
    // News are worth nothing later, so nobody acknowledges them.
    { noAck: true },
  );
  return { finished: finished.promise };
}

function publish(news: string): void {
  // The routing key is empty: a fanout exchange does not look at it.
  channel.publish(EXCHANGE, '', Buffer.from(news));
}

const ann = await subscribe('Ann', 'good night');
publish('good morning');
const bob = await subscribe('Bob', 'good night');
publish('good day');
publish('good night');
await Promise.all([ann.finished, bob.finished]);

await channel.deleteExchange(EXCHANGE);
await connection.close();
