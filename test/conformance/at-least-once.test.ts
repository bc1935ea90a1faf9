/** Dead letters of the strategy at-least-once as clients of a single node see them (RabbitMQ: Quorum Queues, "At-Least-Once Dead Lettering"). */
import { expect, test } from 'vitest';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** A quorum queue whose dead letters go to the queue of this name. */
async function surely(letters: string, further: Record<string, unknown> = {}): Promise<[AmqpChannel, string]> {
  const channel = await target.channel();
  const args = {
    'x-queue-type': 'quorum',
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': letters,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
    ...further,
  };
  return [channel, await channel.queue(target.name('q'), { durable: true, exclusive: false, arguments: args })];
}

test('at-least-once/kept: a dead letter that no queue takes needs room in its queue, counts as no message and is not purged', async () => {
  const [channel, queue] = await surely(target.name('none'), { 'x-max-length': 1 });
  await channel.call('confirm.select');
  channel.publish(queue, 'a', { deliveryMode: 2 });
  await channel.confirmed(1, 1);
  channel.reject((await channel.get(queue))!.deliveryTag, false);
  await channel.expectCounts(queue, { messages: 0 });
  expect((await channel.call('queue.purge', { queue })).messageCount).toBe(0);
  let published = 1;
  for (let refused = 0; refused === 0;) {
    channel.publish(queue, 'b', { deliveryMode: 2 });
    published++;
    refused = (await channel.confirmed(published, published)).nacked.length;
    // A quorum queue of RabbitMQ notices a little late that it is full.
    expect(published).toBeLessThan(target.rabbitmq ? 10 : 3);
  }
  await channel.call('queue.delete', { queue });
});

test('at-least-once/taken: a dead letter goes on as soon as there is a queue that takes it', async () => {
  const letters = target.name('letters');
  const [channel, queue] = await surely(letters);
  // RabbitMQ tries again after three minutes, and not when routes change.
  if (target.rabbitmq) await channel.queue(letters);
  channel.publish(queue, 'a', { deliveryMode: 2 });
  await channel.expectCounts(queue, { messages: 1 });
  channel.reject((await channel.get(queue))!.deliveryTag, false);
  await channel.expectCounts(queue, { messages: 0 });
  if (!target.rabbitmq) await channel.queue(letters);
  await channel.expectCounts(letters, { messages: 1 });
  await channel.call('queue.delete', { queue });
});
