/** What a queue does when it is as long as it may be (RabbitMQ's page "Queue Length Limit"). */
import { describe, expect, test } from 'vitest';
import { accountsPossible } from '../support/accounts.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { deadLetters, headersOf } from '../support/dead-letters.ts';
import { useTarget } from '../support/target.ts';

const target = useTarget();

/** A channel that confirms, and a queue of these arguments. */
async function limited(args: Record<string, unknown>): Promise<[AmqpChannel, string]> {
  const channel = await target.channel();
  await channel.call('confirm.select');
  return [channel, await channel.queue(target.name('q'), { arguments: args })];
}

function publishAll(channel: AmqpChannel, queue: string, ...bodies: readonly string[]): void {
  for (const body of bodies) channel.publish(queue, body);
}

describe('a queue that drops its head', () => {
  test('max-length/drop-head: loses its oldest message to a new one, and confirms both', async () => {
    const [channel, queue] = await limited({ 'x-max-length': 2 });
    publishAll(channel, queue, 'a', 'b', 'c', 'd');
    expect(await channel.confirmed(1, 4)).toEqual({ nacked: [] });
    expect(await channel.drain(queue)).toEqual(['c', 'd']);
  });

  test('max-length/drop-head-named: drops its head where x-overflow says drop-head', async () => {
    const [channel, queue] = await limited({ 'x-max-length': 1, 'x-overflow': 'drop-head' });
    publishAll(channel, queue, 'a', 'b');
    expect(await channel.confirmed(1, 2)).toEqual({ nacked: [] });
    expect(await channel.drain(queue)).toEqual(['b']);
  });

  test('max-length/ready: messages that wait for their acknowledgement do not count', async () => {
    const [channel, queue] = await limited({ 'x-max-length': 2 });
    publishAll(channel, queue, 'a', 'b');
    await channel.confirmed(1, 2);
    await channel.get(queue);
    await channel.get(queue);
    publishAll(channel, queue, 'c', 'd');
    await channel.confirmed(3, 4);
    expect(await channel.drain(queue)).toEqual(['c', 'd']);
  });

  test('max-length/requeue: what comes back counts again, and the head has to go', async () => {
    const [channel, queue] = await limited({ 'x-max-length': 2 });
    publishAll(channel, queue, 'a');
    await channel.confirmed(1, 1);
    const { deliveryTag } = (await channel.get(queue))!;
    publishAll(channel, queue, 'b', 'c');
    await channel.confirmed(2, 3);
    channel.nack(deliveryTag);
    await channel.expectCounts(queue, { messages: 2 });
    expect(await channel.drain(queue)).toEqual(['b', 'c']);
  });

  test('max-length/zero: keeps nothing where it may keep nothing, and gives to consumers all the same', async () => {
    const letters = await deadLetters(target);
    const [channel, queue] = await limited({ 'x-max-length': 0, ...letters.arguments });
    publishAll(channel, queue, 'a');
    expect(await channel.confirmed(1, 1)).toEqual({ nacked: [] });
    const letter = await letters.next();
    expect(headersOf(letter)).toMatchObject({ 'x-first-death-reason': 'maxlen' });
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
    const reader = await channel.client.channel();
    await reader.consume(queue, { noAck: true });
    publishAll(channel, queue, 'b');
    expect((await reader.delivery()).body).toBe('b');
  });

  test('max-length-bytes/drop-head: the bodies of the ready messages count, properties do not', async () => {
    const [channel, queue] = await limited({ 'x-max-length-bytes': 10 });
    const headers = { filler: 'x'.repeat(100) };
    channel.publish(queue, '1234', { headers }).publish(queue, '5678', { headers });
    await channel.confirmed(1, 2);
    expect(await channel.counts(queue)).toMatchObject({ messages: 2 });
    channel.publish(queue, 'abc', { headers });
    await channel.confirmed(3, 3);
    expect(await channel.drain(queue)).toEqual(['5678', 'abc']);
  });

  test('max-length-bytes/leaving: bytes are free again when messages are delivered, purged or expired', async () => {
    const [channel, queue] = await limited({ 'x-max-length-bytes': 4 });
    publishAll(channel, queue, '1234');
    await channel.confirmed(1, 1);
    const { deliveryTag } = (await channel.get(queue))!;
    publishAll(channel, queue, 'abcd');
    await channel.confirmed(2, 2);
    channel.ack(deliveryTag);
    expect((await channel.call('queue.purge', { queue })).messageCount).toBe(1);
    channel.publish(queue, 'ABCD', { expiration: '1' });
    await channel.confirmed(3, 3);
    await channel.expectCounts(queue, { messages: 0 });
    publishAll(channel, queue, '12', '34');
    await channel.confirmed(4, 5);
    expect(await channel.drain(queue)).toEqual(['12', '34']);
  });

  test('max-length-bytes/too-large: a message that is larger than all of it drives out the others and goes too', async () => {
    const [channel, queue] = await limited({ 'x-max-length-bytes': 4 });
    publishAll(channel, queue, '12', '12345');
    expect(await channel.confirmed(1, 2)).toEqual({ nacked: [] });
    expect(await channel.counts(queue)).toMatchObject({ messages: 0 });
  });

  test('max-length/both: of two limits the one that is reached first counts', async () => {
    const [channel, queue] = await limited({ 'x-max-length': 3, 'x-max-length-bytes': 10 });
    publishAll(channel, queue, 'a', 'b', 'c', 'd');
    await channel.confirmed(1, 4);
    expect(await channel.counts(queue)).toMatchObject({ messages: 3 });
    publishAll(channel, queue, '123456789');
    await channel.confirmed(5, 5);
    expect(await channel.drain(queue)).toEqual(['d', '123456789']);
  });
});

describe('a queue that rejects', () => {
  test('overflow/reject-publish: refuses the new message with basic.nack and keeps the old ones', async () => {
    const letters = await deadLetters(target);
    const [channel, queue] = await limited({
      'x-max-length': 2,
      'x-overflow': 'reject-publish',
      ...letters.arguments,
    });
    publishAll(channel, queue, 'a', 'b');
    expect(await channel.confirmed(1, 2)).toEqual({ nacked: [] });
    publishAll(channel, queue, 'c');
    expect(await channel.confirmed(3, 3)).toEqual({ nacked: [3] });
    await letters.none();
    expect(await channel.drain(queue)).toEqual(['a', 'b']);
  });

  test('overflow/reject-publish-silent: loses the new message without a word where nobody asked for confirms', async () => {
    const channel = await target.channel();
    const queue = await channel.queue('', { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
    publishAll(channel, queue, 'a', 'b');
    await channel.expectNothing(queue);
    expect(await channel.drain(queue)).toEqual(['a']);
  });

  test('overflow/reject-publish-room: takes messages again as soon as there is room', async () => {
    const [channel, queue] = await limited({ 'x-max-length': 1, 'x-overflow': 'reject-publish' });
    publishAll(channel, queue, 'a');
    await channel.confirmed(1, 1);
    expect((await channel.get(queue, true))?.body).toBe('a');
    publishAll(channel, queue, 'b');
    expect(await channel.confirmed(2, 2)).toEqual({ nacked: [] });
    expect(await channel.drain(queue)).toEqual(['b']);
  });

  test('overflow/reject-publish-bytes: refuses what would be more bytes than it may have', async () => {
    const [channel, queue] = await limited({ 'x-max-length-bytes': 10, 'x-overflow': 'reject-publish' });
    publishAll(channel, queue, '12345678');
    expect(await channel.confirmed(1, 1)).toEqual({ nacked: [] });
    publishAll(channel, queue, 'abc');
    expect(await channel.confirmed(2, 2)).toEqual({ nacked: [2] });
    publishAll(channel, queue, 'ab');
    expect(await channel.confirmed(3, 3)).toEqual({ nacked: [] });
    expect(await channel.drain(queue)).toEqual(['12345678', 'ab']);
  });

  test('overflow/reject-publish-consumer: refuses what it has no room for though a consumer waits', async () => {
    const [channel, queue] = await limited({ 'x-max-length-bytes': 4, 'x-overflow': 'reject-publish' });
    const reader = await channel.client.channel();
    await reader.consume(queue, { noAck: true });
    publishAll(channel, queue, '12345');
    expect(await channel.confirmed(1, 1)).toEqual({ nacked: [1] });
    await reader.expectNothing(queue);
  });

  test('overflow/reject-publish-some: nacks a message though other queues took it', async () => {
    const [channel, full] = await limited({ 'x-max-length': 0, 'x-overflow': 'reject-publish' });
    const open = await channel.queue();
    const exchange = await channel.exchange(target.name('x'), 'fanout');
    await channel.bind(full, exchange);
    await channel.bind(open, exchange);
    channel.publish('', 'm', { exchange });
    expect(await channel.confirmed(1, 1)).toEqual({ nacked: [1] });
    expect(await channel.drain(open)).toEqual(['m']);
  });

  test('overflow/reject-publish-dlx: refuses the new message and dead-letters it', async () => {
    const letters = await deadLetters(target);
    const args = { 'x-max-length': 1, 'x-overflow': 'reject-publish-dlx', ...letters.arguments };
    const [channel, queue] = await limited(args);
    publishAll(channel, queue, 'a', 'b');
    expect(await channel.confirmed(1, 2)).toEqual({ nacked: [2] });
    const letter = await letters.next();
    expect(letter.body).toBe('b');
    expect(headersOf(letter)).toMatchObject({ 'x-first-death-reason': 'maxlen', 'x-first-death-queue': queue });
    expect(await channel.drain(queue)).toEqual(['a']);
  });
});

describe.skipIf(!accountsPossible)('a policy', () => {
  test('max-length/policy: shortens a queue that exists at once, and no longer when it is cleared', async () => {
    const [channel, queue] = await limited({});
    publishAll(channel, queue, 'a', 'b', 'c');
    await channel.confirmed(1, 3);
    const policy = { name: queue, vhost: '/', pattern: `^${queue}$` };
    await target.operator.setPolicy({ ...policy, definition: { 'max-length': 1 } });
    await channel.expectCounts(queue, { messages: 1 });
    publishAll(channel, queue, 'd');
    await channel.confirmed(4, 4);
    await target.operator.clearPolicy(policy);
    publishAll(channel, queue, 'e');
    await channel.confirmed(5, 5);
    await channel.expectCounts(queue, { messages: 2 });
    expect(await channel.drain(queue)).toEqual(['d', 'e']);
  });

  test('max-length/policy-bytes: counts the bytes that are there already', async () => {
    const [channel, queue] = await limited({});
    publishAll(channel, queue, '1234', '5678', 'abc');
    await channel.confirmed(1, 3);
    const policy = { name: queue, vhost: '/', pattern: `^${queue}$` };
    await target.operator.setPolicy({ ...policy, definition: { 'max-length-bytes': 7 } });
    await channel.expectCounts(queue, { messages: 2 });
    expect(await channel.drain(queue)).toEqual(['5678', 'abc']);
    await target.operator.clearPolicy(policy);
  });

  test('ttl/policy: gives the messages that come after it a time', async () => {
    const [channel, queue] = await limited({});
    const policy = { name: queue, vhost: '/', pattern: `^${queue}$` };
    await target.operator.setPolicy({ ...policy, definition: { 'message-ttl': 20 } });
    publishAll(channel, queue, 'm');
    await channel.confirmed(1, 1);
    await channel.expectCounts(queue, { messages: 0 });
    await target.operator.clearPolicy(policy);
    publishAll(channel, queue, 'n');
    await channel.confirmed(2, 2);
    expect(await channel.drain(queue)).toEqual(['n']);
  });

  test('dead-letter/policy: gives a queue its dead letter exchange and key', async () => {
    const letters = await deadLetters(target);
    const [channel, queue] = await limited({});
    const definition = { 'dead-letter-exchange': '', 'dead-letter-routing-key': letters.queue };
    const policy = { name: queue, vhost: '/', pattern: `^${queue}$`, definition };
    await target.operator.setPolicy(policy);
    publishAll(channel, queue, 'm');
    await channel.confirmed(1, 1);
    channel.reject((await channel.get(queue))!.deliveryTag, false);
    expect((await letters.next()).body).toBe('m');
    await target.operator.clearPolicy(policy);
  });

  test('queue-expires/policy: lets a queue go that is unused', async () => {
    const [channel, queue] = await limited({});
    const policy = { name: queue, vhost: '/', pattern: `^${queue}$`, definition: { expires: 100 } };
    await target.operator.setPolicy(policy);
    for (let number = 1; ; number++) {
      channel.publish(queue, '', { mandatory: true });
      const { method } = await channel.client.inbox.next(channel.number, 'ack or return');
      if (method.name === 'basic.return') break;
    }
    await target.operator.clearPolicy(policy);
  });
});
