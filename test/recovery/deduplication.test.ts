/** What a queue has seen is known after the broker was killed: a key is in the store with its message, or neither is. */
import { once } from 'node:events';
import type { ConfirmChannel } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { barrier, confirmChannel, drain, hold, range, settled } from '../support/recovery/clients.ts';
import { killableBroker } from '../support/recovery/killable.ts';
import { type SharedBroker, sharedRestarts } from '../support/recovery/shared-restarts.ts';

const ONCE = { arguments: { 'x-message-deduplication': true, 'x-cache-ttl': 3_600_000 } };

/** Publishes messages that have their body as their id. */
function publish(channel: ConfirmChannel, queue: string, ids: readonly string[], padding = 0): void {
  for (const id of ids) {
    channel.sendToQueue(queue, Buffer.from(id.padEnd(padding)), { persistent: true, messageId: id });
  }
}

/** Of rows that have a queue: those of the test's virtual host. */
function of({ vhost }: SharedBroker): string {
  return `WHERE queue_id IN (SELECT id FROM queue WHERE vhost = '${vhost}')`;
}

describe('after SIGKILL and a restart', () => {
  test('a publisher that sends again whatever it sent loses nothing and doubles nothing', async () => {
    const broker = await killableBroker();
    const ids = range(0, 3000);
    let confirmed = 0;
    await (await confirmChannel(broker.url)).assertQueue('once', ONCE);
    // All of it is 12 MB, which takes several batches of the store: some are full, and one is under way, at the moment of each kill.
    for (const until of [1, 750, 1500]) {
      const channel = await confirmChannel(broker.url);
      channel.on('error', () => undefined);
      const gone = once(channel, 'close');
      confirmed = 0;
      await new Promise<void>((resolve) => {
        for (const id of ids) {
          const options = { persistent: true, messageId: id };
          channel.sendToQueue('once', Buffer.from(id.padEnd(4000)), options, (error) => {
            if (error === null && ++confirmed === until) resolve();
          });
        }
      });
      await broker.kill();
      await gone;
      await broker.start();
    }
    const channel = await confirmChannel(broker.url);
    publish(channel, 'once', ids, 4000);
    await channel.waitForConfirms();
    const bodies = (await drain(broker.url, 'once')).map((body) => body.replace('!', '').trim());
    expect(bodies).toEqual(ids);
  });
});

describe('after a crash and a restart', () => {
  const scenario = sharedRestarts();

  scenario(
    'the repeat of a message that was acknowledged is dropped, and of one that had no time to be stored',
    async function* (broker) {
      const channel = await confirmChannel(broker.url);
      await channel.assertQueue('once', ONCE);
      publish(channel, 'once', ['acknowledged']);
      await channel.waitForConfirms();
      const held = await hold(broker.url, 'once', 1);
      held.channel.ackAll();
      await settled(held.channel);
      // Straight to a consumer, and confirmed when its key is stored.
      const received = once(channel, 'received');
      await channel.consume('once', (message) => channel.emit('received', message!.content.toString()), {
        noAck: true,
      });
      publish(channel, 'once', ['at once']);
      expect(await received).toEqual(['at once']);
      await channel.waitForConfirms();
      await barrier(broker.url);
      yield;
      const again = await confirmChannel(broker.url);
      publish(again, 'once', ['acknowledged', 'at once', 'new']);
      await again.waitForConfirms();
      expect(await drain(broker.url, 'once')).toEqual(['new']);
    },
  );

  scenario(
    'without a window, what waits and what was unacknowledged is known, and what was acknowledged may come again',
    async function* (broker) {
      const channel = await confirmChannel(broker.url);
      await channel.assertQueue('jobs', { arguments: { 'x-message-deduplication': true } });
      publish(channel, 'jobs', ['acknowledged', 'unacknowledged', 'waiting']);
      await channel.waitForConfirms();
      const held = await hold(broker.url, 'jobs', 2);
      held.channel.ack(held.messages[0]);
      await settled(held.channel);
      await barrier(broker.url);
      yield;
      const again = await confirmChannel(broker.url);
      publish(again, 'jobs', ['waiting', 'unacknowledged', 'acknowledged']);
      await again.waitForConfirms();
      expect(await drain(broker.url, 'jobs')).toEqual(['unacknowledged!', 'waiting', 'acknowledged']);
    },
  );

  scenario('a purge and a deletion are not forgotten', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    for (const queue of ['purged', 'deleted']) {
      await channel.assertQueue(queue, ONCE);
      publish(channel, queue, ['a', 'b']);
    }
    await channel.waitForConfirms();
    await channel.purgeQueue('purged');
    await channel.deleteQueue('deleted');
    await channel.assertQueue('deleted', ONCE);
    await barrier(broker.url);
    yield;
    const again = await confirmChannel(broker.url);
    for (const queue of ['purged', 'deleted']) {
      publish(again, queue, ['a', 'b']);
      await again.waitForConfirms();
      expect(await drain(broker.url, queue)).toEqual(['a', 'b']);
    }
    expect(broker.query(`SELECT sum(count) FROM seen ${of(broker)}`)).toEqual([4]);
  });

  scenario('what is over goes from the file, though nothing comes', async function* (broker) {
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('short', { arguments: { 'x-message-deduplication': true, 'x-cache-ttl': 100 } });
    publish(channel, 'short', ['a', 'b']);
    await channel.waitForConfirms();
    yield;
    await expect.poll(() => broker.query(`SELECT count(*) FROM seen ${of(broker)}`)).toEqual([0]);
  });
});
