/**
 * Topics: routing keys are words between dots, and a subscriber asks for them by pattern. `*` stands for one word, `#`
 * for any number of words.
 *
 *   node examples/topics.ts [amqp://user:password@host]
 */
import { connect } from 'amqplib';

const EXCHANGE = 'example.shop';

const connection = await connect(process.argv[2] ?? 'amqp://localhost');
const channel = await connection.createChannel();
await channel.assertExchange(EXCHANGE, 'topic', { durable: false });

/** Prints `count` messages that match the pattern, then resolves. */
async function subscribe(pattern: string, count: number): Promise<{ readonly finished: Promise<void> }> {
  const finished = Promise.withResolvers<void>();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, EXCHANGE, pattern);
  let heard = 0;
  await channel.consume(
    queue,
    (message) => {
      if (message === null) return;
      console.log(`${pattern} matches ${message.fields.routingKey}`);
      if (++heard === count) finished.resolve();
    },
    { noAck: true },
  );
  return { finished: finished.promise };
}

const subscribers = [
  await subscribe('order.*.europe', 2),
  await subscribe('order.paid.*', 2),
  await subscribe('#.europe', 3),
  await subscribe('#', 4),
];

for (const event of [
  'order.placed.europe',
  'order.paid.europe',
  'order.paid.asia',
  'customer.complaint.by-mail.europe',
]) {
  channel.publish(EXCHANGE, event, Buffer.from('{}'));
}
await Promise.all(subscribers.map(({ finished }) => finished));

await channel.deleteExchange(EXCHANGE);
await connection.close();
