/** A broker whose store is a database: what its clients notice of what befalls that. */
import { expect, describe, test } from 'vitest';
import { Broker } from '../../src/index.ts';
import { nextEvent } from '../support/interop/events.ts';
import { open } from '../support/interop/amqplib.ts';
import { PATIENCE } from '../support/patience.ts';
import { Proxy } from '../support/postgres/proxy.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { AWAY_MS, postgresOfFile, schemaOf, through } from '../support/postgres/shared.ts';
import { confirmChannel, drain, store as publish } from '../support/recovery/clients.ts';

describe.skipIf(!hasPostgres)('a broker on a database', () => {
  const postgres = postgresOfFile();

  test('has a queue stopped by a damaged page, and no other', async () => {
    const store = postgres.newUrl();
    const schema = schemaOf(store);
    const before = await Broker.start({ port: 0, store });
    const publisher = await confirmChannel(before.url);
    for (const queue of ['sick', 'well']) {
      await publisher.assertQueue(queue);
      await publish(publisher, queue, ['a', 'b']);
    }
    await before.stop();
    await postgres.server.sql(
      `UPDATE ${schema}.page SET data = set_byte(data, 0, 255 - get_byte(data, 0)) WHERE queue_id = (SELECT log FROM ${schema}.entity WHERE kind = 'queue' AND record LIKE '%"sick"%')`,
    );

    await using broker = await Broker.start({ port: 0, store });
    const channel = await confirmChannel(broker.url);
    channel.on('error', () => undefined);
    await expect(channel.get('sick')).rejects.toThrow(
      "406 (PRECONDITION-FAILED) with message \"PRECONDITION_FAILED - queue 'sick'",
    );
    expect(await drain(broker.url, 'well')).toEqual(['a', 'b']);
    const again = await confirmChannel(broker.url);
    await again.purgeQueue('sick');
    await publish(again, 'sick', ['c']);
    expect(await drain(broker.url, 'sick')).toEqual(['c']);
  });

  test('blocks its publishers while the database is away, confirms nothing, and goes on by itself', async () => {
    const proxy = await Proxy.to(postgres.server.port);
    const store = through(proxy, postgres.newUrl());
    await using broker = await Broker.start({ port: 0, store });
    const { connection } = await open(broker.url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('q');
    await publish(channel, 'q', ['a']);
    let isBlocked = false;
    connection.on('blocked', () => (isBlocked = true));
    proxy.cut(true);
    const begun = performance.now();
    const sent = ['a'];
    let confirmed = 0;
    // Who publishes is told.
    const publishOne = (): boolean => {
      sent.push(`${sent.length}`);
      channel.sendToQueue('q', Buffer.from(sent.at(-1)!), { persistent: true }, () => confirmed++);
      return isBlocked;
    };
    await expect.poll(publishOne).toBe(true);
    await expect.poll(() => performance.now() - begun, { timeout: PATIENCE + AWAY_MS }).toBeGreaterThan(AWAY_MS);
    expect(confirmed).toBe(0);
    const unblocked = nextEvent(connection, 'unblocked');
    proxy.open();
    await unblocked;
    await channel.waitForConfirms();
    expect(await drain(broker.url, 'q')).toEqual(sent);
  });
});
