/** A clean stop, and who may use a data folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCommand } from '../support/cli/command.ts';
import { open } from '../support/interop/amqplib.ts';
import { nextEvent } from '../support/interop/events.ts';
import { confirmChannel, drain, hold, persistent, range, store } from '../support/recovery/clients.ts';
import { killableBroker } from '../support/recovery/killable.ts';

describe('SIGTERM', () => {
  test('tells clients with 320 that the broker shuts down, and exits with 0', async () => {
    const broker = await killableBroker();
    const { connection } = await open(broker.url);
    const said = nextEvent<Error & { code?: number }>(connection, 'close');
    expect(await broker.kill('SIGTERM')).toBe(0);
    const { message } = await said;
    expect(message).toContain('320');
    expect(message).toContain("CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
  });

  test('stores persistent messages that were not confirmed yet, and what was settled', async () => {
    const broker = await killableBroker();
    const { connection } = await open(broker.url);
    const channel = await connection.createChannel();
    await channel.assertQueue('work');
    for (const body of range(0, 3000)) channel.sendToQueue('work', Buffer.from(body), persistent);
    channel.sendToQueue('work', Buffer.from('transient'));
    const held = await hold(broker.url, 'work', 10);
    held.channel.ack(held.messages[4], true);
    await held.channel.checkQueue('work');
    await channel.checkQueue('work');
    await broker.restart('SIGTERM');
    expect(await drain(broker.url, 'work')).toEqual([...range(5, 10).map((body) => `${body}!`), ...range(10, 3000)]);
  });

  test('leaves the whole state in one file', async () => {
    const broker = await killableBroker();
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('work');
    await store(channel, 'work', range(0, 10));
    await broker.kill('SIGTERM');
    expect(existsSync(join(broker.folder, 'leveret.db-wal'))).toBe(false);
    expect(broker.query('SELECT sum(count) FROM page')).toEqual([10]);
  });
});

describe('a second broker on a data folder', () => {
  test('is refused with the reason, while the first runs on', async () => {
    const broker = await killableBroker();
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('work');
    const second = startCommand(['--port', '0', '--data-dir', broker.folder]);
    const { code, stderr } = await second.finished;
    expect(code).not.toBe(0);
    expect(stderr).toContain(broker.folder);
    expect(stderr).toMatch(/another|in use|already/i);
    await store(channel, 'work', range(0, 10));
    await broker.restart();
    expect(await drain(broker.url, 'work')).toEqual(range(0, 10));
  });

  test('may start as soon as the first was killed', async () => {
    const broker = await killableBroker();
    await broker.kill('SIGKILL');
    const second = startCommand(['--port', '0', '--data-dir', broker.folder]);
    expect(await second.waitForLine('Server startup complete')).toMatchObject({ msg: expect.any(String) as string });
  });
});
