/** Takes messages from the durable queue "demo", one at a time, and acknowledges each. */
import amqp from 'amqplib';

const connection = await amqp.connect(process.env.AMQP_URL ?? 'amqp://localhost');
// Compose starts it again, as a supervisor would.
connection.on('close', () => process.exit(1));
const channel = await connection.createChannel();
await channel.assertQueue('demo', { durable: true });
await channel.prefetch(1);
await channel.consume('demo', (message) => {
  if (message === null) process.exit(1);
  console.log(`received: ${message.content.toString()}${message.fields.redelivered ? ' (again)' : ''}`);
  channel.ack(message);
});
