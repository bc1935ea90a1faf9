/**
 * Routing: a subscriber names the routing keys that it wants.
 *
 *   node examples/routing.ts [amqp://user:password@host]
 */
import { connect } from 'amqplib';

const EXCHANGE = 'example.log';

const connection = await connect(process.argv[2] ?? 'amqp://localhost');
const channel = await connection.createChannel();
// A direct exchange passes a message to the queues that are bound with exactly its routing key.
await channel.assertExchange(EXCHANGE, 'direct', { durable: false });

/** Prints `count` messages of these severities, then resolves. */
async function subscribe(
  name: string,
  severities: readonly string[],
  count: number,
): Promise<{ readonly finished: Promise<void> }> {
  const finished = Promise.withResolvers<void>();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  // One queue may be bound as often as you like.
  for (const severity of severities) await channel.bindQueue(queue, EXCHANGE, severity);
  let heard = 0;
  await channel.consume(
    queue,
    (message) => {
      if (message === null) return;
      console.log(`${name} gets ${message.fields.routingKey}: ${message.content.toString()}`);
      if (++heard === count) finished.resolve();
    },
    { noAck: true },
  );
  return { finished: finished.promise };
}

const pager = await subscribe('pager', ['error'], 1);
const screen = await subscribe('screen', ['info', 'warning', 'error'], 3);

channel.publish(EXCHANGE, 'debug', Buffer.from('nobody wants to know'));
channel.publish(EXCHANGE, 'info', Buffer.from('started'));
channel.publish(EXCHANGE, 'warning', Buffer.from('the disk fills up'));
channel.publish(EXCHANGE, 'error', Buffer.from('the disk is full'));
await Promise.all([pager.finished, screen.finished]);

await channel.deleteExchange(EXCHANGE);
await connection.close();
