/** amqp-connection-manager: the wrapper that sets itself up again, publishes again, and must lose nothing confirmed. */
import { connect, type AmqpConnectionManager, type Channel } from 'amqp-connection-manager';
import type { ConsumeMessage } from 'amqplib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { consumeInto, openChannel } from '../support/interop/amqplib.ts';
import { nextEvent } from '../support/interop/events.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { deleteQueuesAfterTest } from '../support/interop/leftovers.ts';
import { uniqueName } from '../support/interop/names.ts';
import { restartableBroker } from '../support/interop/restartable.ts';
import { externalUrl, useTarget } from '../support/interop/target.ts';

/** A manager that looks for the broker every tenth of a second; closed after the test. */
function manage(url: string): AmqpConnectionManager {
  const manager = connect([url], { heartbeatIntervalInSeconds: 1, reconnectTimeInSeconds: 0.1 });
  onTestFinished(() => manager.close());
  return manager;
}

describe('amqp-connection-manager', () => {
  const target = useTarget();

  test('publishes JSON with confirms and consumes it through wrappers that were set up before there was a connection', async () => {
    const queue = uniqueName('managed');
    deleteQueuesAfterTest(target.url, queue);
    const manager = manage(target.url);
    const setup = (channel: Channel): Promise<unknown> => channel.assertQueue(queue, { durable: true });
    const publisher = manager.createChannel({ json: true, setup });
    const sent = publisher.sendToQueue(queue, { hello: 'world' }, { persistent: true });
    const consumer = manager.createChannel({ setup });
    const inbox = new Inbox<ConsumeMessage>();
    await consumer.consume(queue, inbox.push, { prefetch: 1 });
    expect(await sent).toBe(true);
    const message = await inbox.next();
    expect(JSON.parse(message.content.toString())).toEqual({ hello: 'world' });
    consumer.ack(message);
  });

  test('sets its channels and consumers up again on the next connection, and goes on', async () => {
    const queue = uniqueName('managed');
    deleteQueuesAfterTest(target.url, queue);
    const manager = manage(target.url);
    let setups = 0;
    const wrapper = manager.createChannel({
      setup: async (channel: Channel) => {
        setups++;
        await channel.assertQueue(queue, { durable: true });
      },
    });
    const inbox = new Inbox<ConsumeMessage>();
    await wrapper.consume(queue, inbox.push);
    await wrapper.sendToQueue(queue, 'before', { persistent: true });
    expect((await inbox.next()).content.toString()).toBe('before');
    const connected = nextEvent(wrapper, 'connect');
    manager.reconnect();
    await connected;
    expect(setups).toBe(2);
    await wrapper.sendToQueue(queue, 'after', { persistent: true });
    // What was not acknowledged on the old connection comes again, first.
    const [again, after] = (await inbox.take(2)) as [ConsumeMessage, ConsumeMessage];
    expect([again.content.toString(), again.fields.redelivered]).toEqual(['before', true]);
    expect(after.content.toString()).toBe('after');
    wrapper.ackAll();
  });
});

describe.skipIf(externalUrl !== undefined)('amqp-connection-manager, while the broker is killed and comes back', () => {
  test('loses nothing that was confirmed', async () => {
    const total = 6000;
    const kills = [1500, 3500];
    const broker = await restartableBroker();
    const queue = uniqueName('survivors');
    const manager = manage(broker.url);
    const publisher = manager.createChannel({
      setup: (channel: Channel) => channel.assertQueue(queue, { durable: true }),
    });
    const confirmed = new Inbox<number>();
    let next = 0;
    // What was unconfirmed when the connection broke is rejected; the wrapper keeps what it is given until there is a
    // connection again.
    const sendUntilConfirmed = (number: number): Promise<boolean> =>
      publisher.sendToQueue(queue, String(number), { persistent: true }).catch(() => sendUntilConfirmed(number));
    // As many publishers as messages may be unconfirmed: each sends its next message when the last one is confirmed.
    const publishAll = async (): Promise<void> => {
      while (next < total) {
        const number = next++;
        await sendUntilConfirmed(number);
        confirmed.push(number);
      }
    };
    const publishers = Promise.all(Array.from({ length: 100 }, publishAll));
    for (const kill of kills) {
      await confirmed.until((numbers) => numbers.length >= kill);
      await broker.restart('SIGKILL');
      expect(confirmed.items.length).toBeLessThan(total);
    }
    await publishers;
    // Behind everything that was confirmed: whoever gets it has been given all the rest before.
    await publisher.sendToQueue(queue, 'end', { persistent: true });

    const inbox = await consumeInto(await openChannel(broker.url), queue, { noAck: true });
    await inbox.until((messages) => messages.at(-1)?.content.toString() === 'end');
    const seen = new Set(inbox.items.map((message) => message?.content.toString()));
    const lost = confirmed.items.filter((number) => !seen.has(String(number)));
    expect(lost).toEqual([]);
    expect(confirmed.items).toHaveLength(total);
  });
});
