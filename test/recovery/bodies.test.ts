/** Large bodies: stored once, kept until their last reference goes; and the room they took is used again. */
import { describe, expect, test, vi } from 'vitest';
import { barrier, confirmChannel, drain, hold, persistent, settled, store } from '../support/recovery/clients.ts';
import { crashableBroker } from '../support/recovery/crashable.ts';
import { UNTIL } from '../support/patience.ts';

const QUEUES = ['q0', 'q1', 'q2', 'q3', 'q4'];
const BODY_BYTES = 100 * 1024;
const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(BODY_BYTES));

const eventually = <Value>(look: () => Value): Promise<Value> => vi.waitFor(look, UNTIL);

describe('large bodies', () => {
  test('are stored once for five queues, survive with any of them, and go with the last', async () => {
    const broker = await crashableBroker();
    const channel = await confirmChannel(broker.url);
    await channel.assertExchange('all', 'fanout');
    for (const queue of QUEUES) {
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, 'all', '');
    }
    for (const body of bodies) channel.publish('all', '', Buffer.from(body), persistent);
    await channel.waitForConfirms();
    const inFile = () => broker.query('SELECT bytes FROM body');
    expect(inFile()).toEqual([BODY_BYTES, BODY_BYTES, BODY_BYTES]);

    // Of the second body one reference is left, of the third none.
    for (const queue of QUEUES) {
      const held = await hold(broker.url, queue, 3);
      if (queue !== 'q0') held.channel.ack(held.messages[1]);
      held.channel.ack(held.messages[2]);
      await settled(held.channel);
    }
    await barrier(broker.url);
    await broker.restart();
    expect(inFile()).toEqual([BODY_BYTES, BODY_BYTES]);
    expect(await drain(broker.url, 'q0')).toEqual([`${bodies[0]}!`, `${bodies[1]}!`]);
    for (const queue of ['q1', 'q2', 'q3']) expect(await drain(broker.url, queue)).toEqual([`${bodies[0]}!`]);
    await barrier(broker.url);
    await broker.restart();
    expect(await drain(broker.url, 'q4')).toEqual([`${bodies[0]}!`]);
    await eventually(() => expect(inFile()).toEqual([]));
  });

  test('go along with their message to where it is dead-lettered or delayed, and are not stored again', async () => {
    const broker = await crashableBroker();
    const channel = await confirmChannel(broker.url);
    const large = 'x'.repeat(3 * BODY_BYTES);
    await channel.assertQueue('last');
    await channel.assertQueue('dying', { deadLetterExchange: '', deadLetterRoutingKey: 'last' });
    await channel.assertExchange('later', 'x-delayed-message', { arguments: { 'x-delayed-type': 'fanout' } });
    await channel.bindQueue('dying', 'later', '');
    channel.publish('later', '', Buffer.from(large), { ...persistent, headers: { 'x-delay': 500 } });
    await channel.waitForConfirms();
    const ids = () => broker.query('SELECT id FROM body');
    const [id] = ids();
    const held = await hold(broker.url, 'dying', 1);
    await barrier(broker.url);
    expect(ids()).toEqual([id]);
    held.channel.nack(held.messages[0], false, false);
    await settled(held.channel);
    await barrier(broker.url);
    expect(ids()).toEqual([id]);
    await broker.restart();
    expect(ids()).toEqual([id]);
    expect(await drain(broker.url, 'last')).toEqual([large]);
    await eventually(() => expect(ids()).toEqual([]));
  });

  test('go with the deletion and the purge of the queues that had them', async () => {
    const broker = await crashableBroker();
    const channel = await confirmChannel(broker.url);
    // So large that each is kept apart though one queue has it.
    const alone = ['a', 'b', 'c'].map((letter) => letter.repeat(3 * BODY_BYTES));
    for (const queue of ['purged', 'deleted', 'deleted-later']) {
      await channel.assertQueue(queue);
      await store(channel, queue, alone);
    }
    expect(broker.query('SELECT count(*) FROM body')).toEqual([9]);
    await channel.purgeQueue('purged');
    await channel.deleteQueue('deleted');
    await eventually(() => expect(broker.query('SELECT count(*) FROM body')).toEqual([3]));
    await broker.restart();
    const again = await confirmChannel(broker.url);
    await again.deleteQueue('deleted-later');
    await eventually(() => expect(broker.query('SELECT count(*) FROM body')).toEqual([0]));
    expect(broker.query("SELECT name FROM queue WHERE name LIKE 'deleted%'")).toEqual([]);
  });
});

describe('the database', () => {
  test('uses the room of consumed messages again, and gives back what stays unused', async () => {
    const broker = await crashableBroker();
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('work');
    const MiB = 1024 * 1024;
    const fill = () =>
      store(
        channel,
        'work',
        Array.from({ length: 40 }, (_, n) => Buffer.alloc(MiB, n)),
      );
    const empty = () => eventually(() => expect(broker.query('SELECT count(*) FROM page')).toEqual([0]));
    await fill();
    await channel.purgeQueue('work');
    await empty();
    await fill();
    const [pages, pageSize] = ['page_count', 'page_size'].map((name) => broker.query(`PRAGMA ${name}`)[0] as number);
    expect(pages * pageSize).toBeLessThan(60 * MiB);
    await channel.purgeQueue('work');
    await empty();
    await eventually(() => expect(broker.fileBytes()).toBeLessThan(20 * MiB));
  });
});
