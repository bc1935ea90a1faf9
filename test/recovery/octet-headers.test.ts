/** Headers that are no UTF-8, of messages that wait for a moment which comes after a crash and a restart. */
import { expect, test } from 'vitest';
import { AmqpClient } from '../support/amqp-client/index.ts';
import { DEATH_HEADERS, entry, octetProperties, text, value, without } from '../support/octet-headers.ts';
import { crashableBroker } from '../support/recovery/crashable.ts';

const WAITS_MS = 2000;
/** The name that grew over what a name may have when it was decoded and written again; and one name twice. */
const FIELDS = [
  entry(Buffer.alloc(86, 0xff), text('kept')),
  entry(Buffer.from([0xff]), value('L', Buffer.alloc(8, 0xff))),
  entry(Buffer.from([0xff]), value('V', Buffer.alloc(0))),
];
const CHANGED = new Set(['x-delay', ...DEATH_HEADERS]);

test('they go on when it comes, octet for octet, and so does what is behind them', async () => {
  const broker = await crashableBroker();
  const client = await AmqpClient.connect(broker.url);
  const channel = await client.channel();
  const declared = { exclusive: false, durable: true };
  for (const queue of ['letters', 'delayed']) await channel.queue(queue, declared);
  const letters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'letters' };
  await channel.queue('dying', { ...declared, arguments: { ...letters, 'x-message-ttl': WAITS_MS } });
  const type = { 'x-delayed-type': 'fanout' };
  await channel.exchange('later', 'x-delayed-message', { durable: true, autoDelete: false, arguments: type });
  await channel.bind('delayed', 'later');
  await channel.call('confirm.select');
  const delay = Buffer.alloc(4);
  delay.writeUInt32BE(WAITS_MS);
  const properties = octetProperties([entry('x-delay', value('I', delay)), ...FIELDS], { persistent: true });
  for (let twice = 0; twice < 2; twice++) {
    channel.publishOctets('', 'dying', properties).publishOctets('later', '', properties);
  }
  await channel.confirmed(1, 4);
  await broker.restart();

  const readers = await AmqpClient.connect(broker.url);
  for (const queue of ['letters', 'delayed']) {
    // A channel each: what the first gets may come before the second's answer.
    const reader = await readers.channel();
    await reader.consume(queue, { noAck: true });
    for (const { octets } of await reader.deliveries(2)) {
      expect(without(octets, CHANGED).toString('hex')).toBe(
        octetProperties(FIELDS, { persistent: true }).toString('hex'),
      );
    }
  }
  readers.destroy();
  client.destroy();
});
