/** What clients are told when the broker stops (specification 1.4.2.9, reply code 320). */
import { expect, test } from 'vitest';
import { AmqpClient } from '../support/amqp-client/index.ts';

// A broker that others use cannot be stopped by a test. RabbitMQ's text was read in its source (rabbit_networking, rabbit_reader).
test.skipIf(process.env['LEVERET_TEST_URL'] !== undefined)(
  'connection.close/forced: a broker that stops closes every connection with 320',
  async () => {
    const { Broker } = await import('../../src/index.ts');
    const broker = await Broker.start({ port: 0 });
    const clients = [await AmqpClient.connect(broker.url), await AmqpClient.connect(broker.url)];
    const stopped = broker.stop();
    for (const client of clients) {
      await client.expectClose(320, "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
    }
    await stopped;
    await expect(AmqpClient.dial(broker.url)).rejects.toThrow('ECONNREFUSED');
  },
);
