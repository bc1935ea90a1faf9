/** What waits at a delayed exchange when the broker is stopped or killed; and what cannot be read any more. */
import type { ConfirmChannel } from 'amqplib';
import { describe, expect, test } from 'vitest';
import { startApplication } from '../support/application.ts';
import { HandClock } from '../support/hand-clock.ts';
import { openChannel } from '../support/interop/amqplib.ts';
import { KeptLog } from '../support/kept-log.ts';
import { PATIENCE } from '../support/patience.ts';
import { confirmChannel, hold, marked, range, settled } from '../support/recovery/clients.ts';
import { ClockedBroker } from '../support/recovery/clocked-broker.ts';
import { killableBroker } from '../support/recovery/killable.ts';
import { bodyText } from '../support/recovery/messages.ts';
import { Random } from '../support/recovery/random.ts';
import { spoil, spoiled, start } from '../support/recovery/spoiled.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR = 3_600_000;

/** A durable delayed exchange `later` with the durable queue `q` behind it. */
async function later(channel: ConfirmChannel): Promise<void> {
  await channel.assertExchange('later', 'x-delayed-message', { arguments: { 'x-delayed-type': 'fanout' } });
  await channel.assertQueue('q');
  await channel.bindQueue('q', 'later', '');
}

function publish(channel: ConfirmChannel, body: string, delay: number): void {
  channel.publish('later', '', Buffer.from(body), { persistent: true, headers: { 'x-delay': delay } });
}

/** The first messages of a queue, as they come. */
async function take(url: string, queue: string, count: number): Promise<string[]> {
  const { channel, messages } = await hold(url, queue, count);
  channel.ackAll();
  await settled(channel);
  return messages.map(marked);
}

describe('after SIGKILL and a restart', () => {
  test('what was cancelled stays cancelled', async () => {
    const broker = await killableBroker();
    const channel = await confirmChannel(broker.url);
    await later(channel);
    for (const body of range(0, 100)) publish(channel, body, 500);
    await channel.waitForConfirms();
    await channel.deleteExchange('later');
    await later(channel);
    publish(channel, 'new', 600);
    await channel.waitForConfirms();
    await broker.restart();
    expect(await take(broker.url, 'q', 1)).toEqual(['new']);
  });
});

describe('after a crash', () => {
  test('a delayed message goes on at the moment it had, also one whose moment came while the broker was down', async () => {
    const { broker, channel } = await startApplication({
      dataDir: temporaryFolder(),
      clock: 'manual',
      patience: PATIENCE,
    });
    await later(channel);
    publish(channel, 'at last', 4_000);
    publish(channel, 'while it was down', 300);
    publish(channel, 'some day', 24 * 365 * HOUR);
    await channel.waitForConfirms();
    await broker.crash({ downFor: 2_000 });
    await broker.queue('q').toReceive({ text: 'while it was down' });
    // Counted anew from the restart it would be later by the two seconds that have passed since.
    await broker.clock.advance(1_900);
    expect(broker.queue('q').ready).toBe(1);
    await broker.clock.advance(100);
    await broker.queue('q').toReceive({ text: 'at last' });
    await broker.restart();
    expect(broker.delayed.get('later')).toMatchObject({ messages: 1 });
  });

  test('many messages go on in the order of their moments, not in that of the log', async () => {
    const { broker, channel } = await startApplication({
      dataDir: temporaryFolder(),
      clock: 'manual',
      patience: PATIENCE,
      logSize: 0,
    });
    await later(channel);
    // More than a segment each: those that come first are due last, and all of them once the broker is up again.
    for (const [group, delay] of [
      ['first', 8_000],
      ['second', 7_000],
    ] as const) {
      for (let n = 0; n < 9_000; n++) {
        publish(channel, group, delay);
        if (n % 3000 === 0) await channel.waitForConfirms();
      }
      await channel.waitForConfirms();
    }
    for (const body of range(0, 10)) publish(channel, body, HOUR);
    await channel.waitForConfirms();
    await broker.crash({ downFor: 8_500 });
    const groups = (await take(broker.url, 'q', 18_000)).map((group) => group.replace('!', ''));
    expect(groups.lastIndexOf('second')).toBe(8_999);
    expect(groups.indexOf('first')).toBe(9_000);
  });
});

test('killed again and again, every confirmed message arrives, and none twice', async () => {
  const random = new Random(7);
  const broker = await killableBroker();
  await later(await confirmChannel(broker.url));
  const confirmed = new Set<string>();
  for (let life = 0; life < 3; life++) {
    const channel = await confirmChannel(broker.url);
    channel.on('error', () => undefined);
    const killed = random.integer(300, 1500);
    const before = confirmed.size;
    for (let n = 0; n < 1500; n++) {
      const body = `${life}/${n}`;
      const options = { persistent: true, headers: { 'x-delay': random.integer(1, 1500) } };
      channel.publish('later', '', Buffer.from(body), options, (error) => {
        if (error === null) confirmed.add(body);
      });
      if (n % 50 === 0) await new Promise(setImmediate);
      if (n === killed) break;
    }
    await expect.poll(() => confirmed.size).toBeGreaterThan(before + 100);
    await broker.restart();
  }
  const channel = await confirmChannel(broker.url);
  publish(channel, 'the last', 1600);
  const reader = await openChannel(broker.url);
  const arrived: string[] = [];
  await new Promise<void>((resolve) => {
    void reader.consume('q', (message) => {
      arrived.push(message!.content.toString());
      if (arrived.at(-1) === 'the last') resolve();
    });
  });
  expect(arrived.length).toBe(new Set(arrived).size);
  const there = new Set(arrived);
  expect([...confirmed].filter((body) => !there.has(body))).toEqual([]);
});

/** A folder in which messages of these bodies wait, some of it spoiled. */
function spoiledWaiting(bodies: readonly string[], delay: number, sql: string): Promise<string> {
  return spoiled(async (channel) => {
    await later(channel);
    for (const body of bodies) publish(channel, body, delay);
    await channel.waitForConfirms();
  }, sql);
}

test('what cannot be read stops its exchange, which says so once and works again when it is purged', async () => {
  const dataDir = await spoiledWaiting(range(0, 10), HOUR, 'UPDATE page SET data = zeroblob(bytes)');
  await using running = await start(dataDir);
  const { broker, errors } = running;
  await expect.poll(() => errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ fields: { vhost: '/', exchange: 'later' } });
  expect(JSON.stringify(errors[0].fields)).toMatch(
    /messages 0 to \d+ of exchange 'later' in vhost '\/'\) does not match/,
  );
  const channel = await confirmChannel(broker.url);
  publish(channel, 'after it', 1);
  await channel.waitForConfirms();
  expect(broker.delayed.get('later')).toMatchObject({ messages: 11 });
  expect(await broker.delayed.purge('later')).toBe(11);
  publish(channel, 'anew', 1);
  expect(await take(broker.url, 'q', 1)).toEqual(['anew']);
  expect(errors).toHaveLength(1);
});

test('a message whose body cannot be read goes on waiting, and nothing of it is lost', async () => {
  const large = ['x'.repeat(300_000)];
  const dataDir = await spoiledWaiting(large, 2_000, 'UPDATE body SET checksum = checksum + 1');
  {
    await using running = await start(dataDir);
    const { broker, errors } = running;
    await expect.poll(() => errors).toHaveLength(1);
    expect(JSON.stringify(errors[0].fields)).toContain('body 1 does not match its checksum');
    expect(broker.delayed.get('later')).toMatchObject({ messages: 1, next: expect.any(Date) as Date });
  }
  spoil(dataDir, 'UPDATE body SET checksum = checksum - 1');
  await using restored = await start(dataDir);
  expect(await take(restored.url, 'q', 1)).toEqual(large);
});

test.each([
  ['messages', 'page', ['a', 'b', 'c']],
  ['a body', 'body', ['x'.repeat(300_000)]],
])('%s that can be read again go on by themselves, and the log says both once', async (_what, table, bodies) => {
  const dataDir = await spoiledWaiting(bodies, 1000, `UPDATE ${table} SET checksum = checksum + 1`);
  const log = new KeptLog();
  const { errors, infos } = log;
  const clock = new HandClock(Date.now() + HOUR);
  const broker = await ClockedBroker.start(dataDir, clock, { log });
  const queue = broker.vhost.existingQueue('q', {});
  clock.pass(60_000);
  expect(errors).toHaveLength(1);
  expect(errors[0].fields).toMatchObject({ exchange: 'later' });

  spoil(dataDir, `UPDATE ${table} SET checksum = checksum - 1`);
  const channel = await confirmChannel(broker.url);
  // What comes meanwhile neither overtakes it nor puts off the next try.
  for (let second = 0; second < 6; second++) {
    publish(channel, String(second), 1);
    await channel.waitForConfirms();
    clock.pass(1000);
  }
  const got: string[] = [];
  while (queue.get(true, (message) => got.push(bodyText(message))));
  expect(got.slice(0, bodies.length)).toEqual(bodies);
  expect(got.slice(bodies.length)).toEqual(range(0, 6));
  expect(errors).toHaveLength(1);
  const lines = infos.filter(({ fields }) => 'exchange' in fields);
  expect(lines).toEqual([
    { fields: { vhost: '/', exchange: 'later' }, message: 'a delayed exchange sends on again what waits there' },
  ]);
  expect(broker.faults).toEqual([]);
  await broker.stop();
});
