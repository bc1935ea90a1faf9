/**
 * Remote procedure calls: a request goes to the server's queue and says where the answer is to go.
 *
 *   node examples/rpc.ts [amqp://user:password@host]
 */
import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';

const QUEUE = 'example.square';
/** The broker's own name for "the consumer on this channel": answers need no queue. */
const REPLY_TO = 'amq.rabbitmq.reply-to';

const connection = await connect(process.argv[2] ?? 'amqp://localhost');

// The server: takes numbers and answers with their squares.
const server = await connection.createChannel();
await server.assertQueue(QUEUE, { durable: false });
await server.consume(QUEUE, (request) => {
  if (request === null) return;
  const number = Number(request.content.toString());
  const { replyTo, correlationId } = request.properties as { replyTo: string; correlationId: string };
  // The correlation id tells the client which of its requests this answers.
  server.sendToQueue(replyTo, Buffer.from(String(number * number)), { correlationId });
  server.ack(request);
});

// The client: remembers who waits for which answer.
const client = await connection.createChannel();
const waiting = new Map<string, (answer: number) => void>();
await client.consume(
  REPLY_TO,
  (reply) => {
    if (reply === null) return;
    const correlationId = reply.properties.correlationId as string;
    const answered = waiting.get(correlationId);
    waiting.delete(correlationId);
    answered?.(Number(reply.content.toString()));
  },
  // Direct reply-to knows no acknowledgements.
  { noAck: true },
);

function square(number: number): Promise<number> {
  const correlationId = randomUUID();
  return new Promise((resolve) => {
    waiting.set(correlationId, resolve);
    client.sendToQueue(QUEUE, Buffer.from(String(number)), { correlationId, replyTo: REPLY_TO });
  });
}

// All requests are on their way before the first answer is there.
const numbers = [3, 7, 12];
const squares = await Promise.all(numbers.map(square));
for (const [index, number] of numbers.entries()) console.log(`${number} squared is ${squares[index]}`);

await server.deleteQueue(QUEUE);
await connection.close();
