/** Bills each order once, and puts what it cannot read into the dead letter queue. */
import amqp from 'amqplib';

export async function startBilling(url) {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange('dead', 'fanout');
  await channel.assertQueue('graves');
  await channel.bindQueue('graves', 'dead', '');
  await channel.assertQueue('orders', { deadLetterExchange: 'dead' });
  await channel.assertQueue('bills');
  await channel.assertQueue('reminders');
  const later = { messageTtl: 7 * 24 * 3600 * 1000, deadLetterExchange: '', deadLetterRoutingKey: 'reminders' };
  await channel.assertQueue('reminders-in-a-week', later);
  await channel.consume('orders', (message) => {
    try {
      const { id, total } = JSON.parse(message.content.toString());
      const bill = Buffer.from(JSON.stringify({ orderId: id, total }));
      channel.sendToQueue('bills', bill, { headers: { 'x-source': 'orders' } });
      channel.sendToQueue('reminders-in-a-week', bill);
      channel.ack(message);
    } catch {
      channel.reject(message, false);
    }
  });
  return { stop: () => connection.close() };
}
