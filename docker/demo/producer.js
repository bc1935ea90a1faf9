/** Publishes a persistent message a second to the durable queue "demo", and says when each is confirmed. */
import { setTimeout as delay } from 'node:timers/promises';
import amqp from 'amqplib';

const connection = await amqp.connect(process.env.AMQP_URL ?? 'amqp://localhost');
const channel = await connection.createConfirmChannel();
await channel.assertQueue('demo', { durable: true });

for (let number = 1; ; number++) {
  channel.sendToQueue('demo', Buffer.from(`message ${number}`), { persistent: true });
  await channel.waitForConfirms();
  console.log(`confirmed: message ${number}`);
  await delay(1000);
}
