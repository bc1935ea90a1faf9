/** Messages that cannot be read when their turn comes: their queue stops and says so, and nothing else is concerned. */
import { join } from 'node:path';
import type { ConfirmChannel, ConsumeMessage, GetMessage } from 'amqplib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { Broker, StoreError } from '../../src/index.ts';
import { consumeInto, open } from '../support/interop/amqplib.ts';
import { confirmChannel, drain, range, store } from '../support/recovery/clients.ts';
import { spoil, spoiled, start } from '../support/recovery/spoiled.ts';
import { storeHere } from '../support/store-here.ts';

/** More than one segment of messages: each is read at once. */
const FIRST_SEGMENT = 8192;
const COUNT = 9000;
const LARGE = 'x'.repeat(300_000);

/** The text of the error that ends the channel. */
async function failure(url: string, operation: (channel: ConfirmChannel) => Promise<unknown>): Promise<string> {
  const { connection } = await open(url);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return operation(channel).then(
    () => 'it works',
    (error: Error) => error.message,
  );
}

const STOPPED =
  "406 (PRECONDITION-FAILED) with message \"PRECONDITION_FAILED - queue 'sick' in vhost '/' is stopped: " +
  'a message of it cannot be read; the log of the broker says more"';

const SPOIL_SECOND_SEGMENT = `UPDATE page SET data = zeroblob(bytes) WHERE base > 0
  AND queue_id = (SELECT id FROM queue WHERE name = 'sick')`;

async function twoQueues(channel: ConfirmChannel): Promise<void> {
  await channel.assertQueue('sick');
  await channel.assertQueue('well');
  await store(channel, 'sick', range(0, COUNT));
  await store(channel, 'well', ['a', 'b']);
}

describe('a queue with a page that cannot be read', () => {
  test('delivers what comes before it, then cancels its consumers and says why, once', async () => {
    await using running = await start(await spoiled(twoQueues, SPOIL_SECOND_SEGMENT));
    const { url, errors } = running;
    const channel = await confirmChannel(url);
    const inbox = await consumeInto(channel, 'sick', { noAck: true });
    const got = await inbox.take(FIRST_SEGMENT + 1);
    expect(got.slice(0, -1).map((message) => message!.content.toString())).toEqual(range(0, FIRST_SEGMENT));
    expect(got.at(-1)).toBeNull();

    expect(await failure(url, (other) => other.get('sick'))).toContain(STOPPED);
    expect(await failure(url, (other) => other.consume('sick', () => undefined))).toContain(STOPPED);
    expect(errors).toHaveLength(1);
    expect(errors[0].fields).toMatchObject({ vhost: '/', queue: 'sick' });
    expect(errors[0].fields['reason']).toMatch(/page \d+ \(messages 8192 to \d+ of queue 'sick'.*checksum/);
    expect(errors[0].message).toMatch(/Purge or delete it/);

    // The connection whose consumer met it goes on, and so does everything else.
    expect(((await channel.get('well', { noAck: true })) as GetMessage).content.toString()).toBe('a');
    await store(channel, 'sick', ['one more']);
    expect((await channel.checkQueue('sick')).messageCount).toBe(COUNT - FIRST_SEGMENT + 1);
  });

  test('goes on without a restart when it can be read again, as soon as somebody asks for messages', async () => {
    const spoilBy = (change: string): string =>
      `UPDATE page SET checksum = checksum ${change} WHERE base > 0
         AND queue_id = (SELECT id FROM queue WHERE name = 'sick')`;
    const dataDir = await spoiled(twoQueues, spoilBy('+ 1'));
    await using running = await start(dataDir);
    const channel = await confirmChannel(running.url);
    const got = await (await consumeInto(channel, 'sick', { noAck: true })).take(FIRST_SEGMENT + 1);
    expect(got.at(-1)).toBeNull();
    for (let n = 0; n < 2; n++) expect(await failure(running.url, (other) => other.get('sick'))).toContain(STOPPED);
    spoil(dataDir, spoilBy('- 1'));
    expect(((await channel.get('sick', { noAck: true })) as GetMessage).content.toString()).toBe(String(FIRST_SEGMENT));
    expect(await drain(running.url, 'sick')).toEqual(range(FIRST_SEGMENT + 1, COUNT));
    expect(running.errors).toHaveLength(1);
  });

  test('works again when it is purged', async () => {
    const dataDir = await spoiled(twoQueues, SPOIL_SECOND_SEGMENT);
    {
      await using running = await start(dataDir);
      const channel = await confirmChannel(running.url);
      await (await consumeInto(channel, 'sick', { noAck: true })).take(FIRST_SEGMENT + 1);
      expect((await channel.purgeQueue('sick')).messageCount).toBe(COUNT - FIRST_SEGMENT);
      await store(channel, 'sick', ['new']);
      expect(((await channel.get('sick', { noAck: true })) as GetMessage).content.toString()).toBe('new');
      await store(channel, 'sick', ['newer']);
    }
    await using again = await start(dataDir);
    expect(await drain(again.url, 'sick')).toEqual(['newer']);
    expect(again.errors).toEqual([]);
  });

  test('is still there after a restart, stopped again where the file is not restored, and can be deleted', async () => {
    const all = `UPDATE page SET data = zeroblob(bytes) WHERE queue_id = (SELECT id FROM queue WHERE name = 'sick')`;
    const dataDir = await spoiled(twoQueues, all);
    for (const life of [1, 2]) {
      await using running = await start(dataDir);
      expect(await failure(running.url, (channel) => channel.get('sick')), `life ${life}`).toContain(STOPPED);
      expect(running.errors, `life ${life}`).toHaveLength(1);
      if (life === 2) await (await confirmChannel(running.url)).deleteQueue('sick');
    }
    await using last = await start(dataDir);
    expect(await drain(last.url, 'well')).toEqual(['a', 'b']);
    expect(last.errors).toEqual([]);
  });

  test('stops alone where memory is short and it has to be read for the scratch file', async () => {
    const dataDir = await spoiled(twoQueues, SPOIL_SECOND_SEGMENT);
    await using running = await start(dataDir, { memoryBudget: 8 * 1024 * 1024 });
    const { url, errors } = running;
    const channel = await confirmChannel(url);
    // It is not stored, so it goes to the scratch file, and all of its segment with it.
    channel.sendToQueue('sick', Buffer.from('c'));
    for (let n = 0; errors.length === 0 && n < 1000; n++) {
      channel.sendToQueue('well', Buffer.alloc(100_000, 'x'));
      await channel.waitForConfirms();
    }
    expect(errors).toHaveLength(1);
    expect(errors[0].fields).toMatchObject({ vhost: '/', queue: 'sick' });
    expect(errors[0].fields['reason']).toMatch(/page \d+ \(messages 8192 to .*checksum/);

    // Delivered is what comes before it, and only then it is told of again.
    const got = await (await consumeInto(channel, 'sick', { noAck: true })).take(FIRST_SEGMENT + 1);
    expect(got.slice(0, -1).map((message) => message!.content.toString())).toEqual(range(0, FIRST_SEGMENT));
    expect(got.at(-1)).toBeNull();
    await store(channel, 'well', ['last']);
    expect((await drain(url, 'well')).at(-1)).toBe('last');
    expect(errors).toHaveLength(2);
  });

  test('does not keep the broker from starting where its length in bytes is limited', async () => {
    const limited = async (channel: ConfirmChannel): Promise<void> => {
      await channel.assertQueue('sick', { arguments: { 'x-max-length-bytes': 1_000_000 } });
      await store(channel, 'sick', ['a', 'b']);
    };
    await using running = await start(await spoiled(limited, 'UPDATE page SET data = zeroblob(bytes)'));
    expect(await failure(running.url, (channel) => channel.get('sick'))).toContain(STOPPED);
    expect(running.errors).toHaveLength(1);
  });
});

describe('a large body that cannot be read', () => {
  const SPOIL_BODY = 'UPDATE body SET data = zeroblob(bytes)';

  test('is not removed where it is there under another number', async () => {
    const fill = async (channel: ConfirmChannel): Promise<void> => {
      await channel.assertQueue('sick');
      await store(channel, 'sick', [LARGE]);
    };
    const dataDir = await spoiled(fill, 'UPDATE body SET id = id + 1');
    {
      await using running = await start(dataDir);
      expect(await failure(running.url, (channel) => channel.get('sick'))).toContain(STOPPED);
    }
    spoil(dataDir, 'UPDATE body SET id = id - 1');
    await using restored = await start(dataDir);
    expect(await drain(restored.url, 'sick')).toEqual([LARGE]);
  });

  test('stops its queue when its turn comes', async () => {
    const fill = async (channel: ConfirmChannel): Promise<void> => {
      await channel.assertQueue('sick');
      await store(channel, 'sick', ['a', LARGE, 'b']);
    };
    await using running = await start(await spoiled(fill, SPOIL_BODY));
    const channel = await confirmChannel(running.url);
    const inbox = await consumeInto(channel, 'sick');
    const [first, second] = await inbox.take(2);
    expect(first!.content.toString()).toBe('a');
    expect(second).toBeNull();
    channel.ack(first as ConsumeMessage);
    expect(running.errors[0].fields['reason']).toMatch(/body 1 does not match its checksum/);
    expect((await channel.purgeQueue('sick')).messageCount).toBe(2);
    await store(channel, 'sick', [LARGE]);
    expect(await drain(running.url, 'sick')).toEqual([LARGE]);
  });

  const withDeadLetters = (args: object) => async (channel: ConfirmChannel) => {
    await channel.assertQueue('dead');
    await channel.assertQueue('sick', { deadLetterExchange: '', deadLetterRoutingKey: 'dead', arguments: args });
    await store(channel, 'sick', [LARGE]);
  };

  test('stays in its queue where it should become a dead letter for want of room', async () => {
    await using running = await start(await spoiled(withDeadLetters({ 'x-max-length': 1 }), SPOIL_BODY));
    const channel = await confirmChannel(running.url);
    await store(channel, 'sick', ['b']);
    expect((await channel.checkQueue('sick')).messageCount).toBe(2);
    expect(await failure(running.url, (other) => other.get('sick'))).toContain(STOPPED);
    expect((await channel.checkQueue('dead')).messageCount).toBe(0);
  });

  test('comes back to its queue where it should become a dead letter by a reject', async () => {
    const dataDir = await spoiled(withDeadLetters({}), 'UPDATE queue SET name = name');
    await using running = await start(dataDir);
    const channel = await confirmChannel(running.url);
    const message = (await channel.get('sick')) as GetMessage;
    expect(message.content.toString()).toBe(LARGE);
    spoil(dataDir, SPOIL_BODY);
    channel.reject(message, false);
    expect((await channel.checkQueue('sick')).messageCount).toBe(1);
    expect((await channel.checkQueue('dead')).messageCount).toBe(0);
    expect(await failure(running.url, (other) => other.get('sick'))).toContain(STOPPED);
  });
});

describe('a store with a row that makes no sense', () => {
  const fill = async (channel: ConfirmChannel): Promise<void> => {
    await channel.assertExchange('x', 'fanout');
    await channel.assertQueue('sick');
    await channel.bindQueue('sick', 'x', '', { a: 'b' });
    await store(channel, 'sick', ['a', LARGE]);
  };

  /** How many rows have what messages are. */
  function rows(dataDir: string): unknown[] {
    const database = new Database(join(dataDir, 'leveret.db'), { readonly: true });
    const counted = ['page', 'body'].map((table) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    database.close();
    return counted;
  }

  test('loses a binding without its exchange, which is told and does not come back with another exchange', async () => {
    const dataDir = await spoiled(fill, 'DELETE FROM exchange');
    {
      await using running = await start(dataDir);
      expect(running.warnings.map(({ fields, message }) => [fields['source'], fields['destination'], message])).toEqual(
        [['x', 'sick', expect.stringContaining('binding is removed')]],
      );
    }
    await using running = await start(dataDir);
    expect(running.warnings).toEqual([]);
    const channel = await confirmChannel(running.url);
    await channel.assertExchange('x', 'fanout');
    channel.publish('x', '', Buffer.from('lost'));
    await channel.waitForConfirms();
    expect((await channel.checkQueue('sick')).messageCount).toBe(2);
  });

  test.each([
    ['a vhost of another name', "UPDATE vhost SET name = 'other'", "belongs to vhost '/', which is not there"],
    ['messages without their queue', 'DELETE FROM queue', 'messages belong to queue 1, which is not there'],
    [
      'an exchange type that nobody knows',
      "UPDATE exchange SET type = 'fan'",
      "exchange 'x' in vhost '/' makes no sense",
    ],
    ['arguments of a queue', "UPDATE queue SET arguments = x'ff'", "queue 'sick' in vhost '/' makes no sense"],
    [
      'arguments of a binding',
      "UPDATE binding SET arguments = x'ff'",
      "the binding 'x' to 'sick' in vhost '/' makes no sense",
    ],
    ['a regular expression', "UPDATE permission SET read = '('", "a permission of user 'guest' makes no sense"],
    ['a policy', "INSERT INTO parameter VALUES ('policy', '/', 'p', '{')", "parameter 'p' of policy makes no sense"],
  ])('is refused with what it is, and nothing of it is removed: %s', async (_what, sql, message) => {
    const dataDir = await spoiled(fill, sql);
    const before = rows(dataDir);
    const refused = await Broker.start({ port: 0, dataDir, logLevel: 'silent' }, storeHere).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(StoreError);
    expect((refused as Error).message).toContain(message);
    expect(rows(dataDir)).toEqual(before);
  });
});

describe('a queue that deduplicates, with keys that cannot be read', () => {
  test('says so once and takes messages again; what it sees from then on it knows', async () => {
    const send = async (channel: ConfirmChannel, ...ids: string[]): Promise<void> => {
      for (const id of ids) channel.sendToQueue('sick', Buffer.from(id), { persistent: true, messageId: id });
      await channel.waitForConfirms();
    };
    const fill = async (channel: ConfirmChannel): Promise<void> => {
      await channel.assertQueue('sick', { arguments: { 'x-message-deduplication': true, 'x-cache-ttl': 300_000 } });
      await send(channel, 'a', 'a');
    };
    await using running = await start(await spoiled(fill, 'UPDATE seen SET keys = zeroblob(length(keys))'));
    await send(await confirmChannel(running.url), 'a', 'b', 'b');
    expect(await drain(running.url, 'sick')).toEqual(['a', 'a', 'b']);
    expect(running.errors).toHaveLength(1);
    expect(running.errors[0].fields).toMatchObject({ vhost: '/', queue: 'sick' });
    expect(running.errors[0].fields['reason']).toMatch(/of what queue \d+ has seen does not match its checksum/);
  });
});

describe('a stream with a page that cannot be read', () => {
  test('cancels the consumers that come to it and says why; others read behind it, and publishing goes on', async () => {
    const fill = async (channel: ConfirmChannel): Promise<void> => {
      await channel.assertQueue('sick', { arguments: { 'x-queue-type': 'stream', 'x-max-age': '1h' } });
      await store(channel, 'sick', range(0, COUNT));
    };
    await using running = await start(await spoiled(fill, SPOIL_SECOND_SEGMENT));
    const { url, errors } = running;
    const channel = await confirmChannel(url);
    await channel.prefetch(COUNT);
    const from = (offset: string | number) =>
      consumeInto(channel, 'sick', { arguments: { 'x-stream-offset': offset } });
    const waiting = await from('next');
    const got = await (await from('first')).take(FIRST_SEGMENT + 1);
    expect(got.slice(0, -1).map((message) => message!.content.toString())).toEqual(range(0, FIRST_SEGMENT));
    expect(got.at(-1)).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors[0].fields).toMatchObject({ vhost: '/', stream: 'sick' });
    expect(errors[0].fields['reason']).toMatch(/page \d+ \(messages 8192 to \d+ of queue 'sick'.*checksum/);

    await store(channel, 'sick', ['behind']);
    for (const inbox of [waiting, await from(COUNT)]) {
      expect((await inbox.take(1))[0]!.content.toString()).toBe('behind');
    }
  });
});
