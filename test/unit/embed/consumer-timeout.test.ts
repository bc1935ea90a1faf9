/** The consumer timeout of a whole broker, through amqplib. */
import { once } from 'node:events';
import { connect } from 'amqplib';
import { expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';

it('consumerTimeout closes the channel of a consumer that acknowledges nothing, and its queue delivers again', async () => {
  const broker = await Broker.start({ port: 0, consumerTimeout: 1 });
  const connection = await connect(broker.url);
  try {
    const [slow, publisher] = [await connection.createChannel(), await connection.createChannel()];
    const failed = once(slow, 'error');
    const { queue } = await slow.assertQueue('', { exclusive: true });
    await slow.consume(queue, () => {});
    publisher.sendToQueue(queue, Buffer.from('m'));
    const [error] = (await failed) as [Error & { code: number }];
    expect(error.code).toBe(406);
    expect(error.message).toContain('Timeout value used: 1 ms.');
    const again = await publisher.get(queue, { noAck: true });
    expect(again && [again.content.toString(), again.fields.redelivered]).toEqual(['m', true]);
  } finally {
    await connection.close();
    await broker.stop();
  }
});
