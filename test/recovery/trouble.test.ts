/**
 * A disk that gets low, is full or fails, under a broker with clients: nothing is confirmed that is not stored, publishers are
 * blocked and told, consuming goes on, the log says what to do, and all carries on by itself.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Broker, type BrokerOptions, StoreError } from '../../src/index.ts';
import { startCommand } from '../support/cli/command.ts';
import { dropSocket, open } from '../support/interop/amqplib.ts';
import { Inbox } from '../support/interop/inbox.ts';
import { KeptLog, type LogLine } from '../support/kept-log.ts';
import { UNTIL } from '../support/patience.ts';
import { drain, exists, range } from '../support/recovery/clients.ts';
import { smallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DISK_BYTES = 8 * 1024 * 1024;

interface Publisher {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  /** Reasons of connection.blocked, and undefined for each connection.unblocked. */
  readonly heard: Inbox<string | undefined>;
  /** Numbers that were confirmed. */
  readonly confirmed: Set<number>;
  /** Sends the next message, its number first in the body. */
  publish(bytes: number): number;
}

/** A publisher to the durable queue `work`. */
async function publisherOf(url: string): Promise<Publisher> {
  const { connection } = await open(url);
  const heard = new Inbox<string | undefined>();
  connection.on('blocked', (reason: string) => heard.push(reason));
  connection.on('unblocked', () => heard.push(undefined));
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('work');
  const confirmed = new Set<number>();
  let next = 0;
  return {
    connection,
    channel,
    heard,
    confirmed,
    publish(bytes) {
      const number = next++;
      const body = Buffer.alloc(bytes);
      body.write(`${number} `);
      channel.sendToQueue('work', body, { persistent: true }, (error) => {
        if (error === null) confirmed.add(number);
      });
      return number;
    },
  };
}

/**
 * Publishes about as fast as the disk takes it: batches are small, so that it fills up bit by bit. `failure`: of a commit, from which on no confirm
 * comes. Resolves with why the publisher is blocked.
 */
async function publishUntilBlocked(publisher: Publisher, failure?: Promise<unknown>): Promise<string | undefined> {
  const blocked = publisher.heard.next();
  let goesOn = true;
  const enough = Promise.race(failure === undefined ? [blocked] : [blocked, failure]).then(() => (goesOn = false));
  while (goesOn) {
    publisher.publish(50_000);
    await Promise.race([publisher.channel.waitForConfirms(), enough]);
  }
  // A connection hears that it is blocked when it publishes.
  publisher.publish(50_000);
  return blocked;
}

/** A log that tells of its first error. */
class WatchedLog extends KeptLog {
  readonly #failed = Promise.withResolvers<void>();
  readonly failed = this.#failed.promise;

  override error(fields: object, message: string): void {
    super.error(fields, message);
    this.#failed.resolve();
  }
}

/** The numbers of the messages in `work`, which is empty after this. */
async function numbers(url: string): Promise<number[]> {
  return (await drain(url, 'work')).map((body) => Number.parseInt(body, 10));
}

const running: Broker[] = [];

/** Before the disk under them goes. */
async function stopAll(): Promise<void> {
  for (const broker of running.splice(0)) await broker.stop();
}

/** A broker and its log. */
async function start(options: BrokerOptions): Promise<{ readonly broker: Broker; readonly log: WatchedLog }> {
  const log = new WatchedLog();
  const broker = await Broker.start({ port: 0, logger: log, ...options });
  running.push(broker);
  return { broker, log };
}

function messagesOf(lines: readonly LogLine[]): readonly string[] {
  return lines.map(({ message }) => message);
}

const whyNot = whyNoSmallDisk();

describe.skipIf(whyNot !== '')(`a broker on a small disk${whyNot}`, () => {
  let disk: string;
  let ballast: string;

  beforeEach(() => {
    disk = smallDisk(DISK_BYTES);
    ballast = join(disk, 'ballast');
  });

  afterEach(async () => {
    rmSync(ballast, { force: true });
    await stopAll();
  });

  test('that is full confirms nothing it has not stored, and all when there is room again', async () => {
    const dataDir = join(disk, 'data');
    const { broker, log } = await start({ dataDir, diskFreeLimit: 0 });
    const publisher = await publisherOf(broker.url);
    const first = range(0, 20).map(() => publisher.publish(1000));
    await vi.waitFor(() => expect(publisher.confirmed.size).toBe(first.length), UNTIL);
    writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024));
    expect(await publishUntilBlocked(publisher, log.failed)).toBe('low on disk');
    expect(messagesOf(log.errors)).toEqual([
      expect.stringMatching(/^a commit failed and is tried again; .* Free some disk space\.$/),
    ]);
    expect(JSON.stringify(log)).toContain('SQLITE_FULL');
    const confirmedThen = new Set(publisher.confirmed);

    // Others are served: what is stored can be consumed.
    const consumer = await (await open(broker.url)).connection.createChannel();
    for (const number of first) {
      const message = await consumer.get('work', { noAck: true });
      expect(Number.parseInt((message as { content: Buffer }).content.toString(), 10)).toBe(number);
    }
    expect(publisher.confirmed).toEqual(confirmedThen);

    rmSync(ballast);
    expect(await publisher.heard.next()).toBeUndefined();
    expect(messagesOf(log.infos)).toContain('commits work again: publishers go on');
    await publisher.channel.waitForConfirms();
    const last = publisher.publish(10);
    await publisher.channel.waitForConfirms();
    expect(publisher.confirmed.size).toBe(last + 1);
    await broker.stop();

    const { broker: next } = await start({ dataDir, diskFreeLimit: 0 });
    expect(await numbers(next.url)).toEqual(range(first.length, last + 1).map(Number));
  });

  test('that is full when it is killed has all it confirmed', async () => {
    const dataDir = join(disk, 'data');
    const args = ['--host', '127.0.0.1', '--port', '0', '--data-dir', dataDir, '--disk-free-limit', '0'];
    const daemon = startCommand(args);
    const { port } = await daemon.waitForLine('started TCP listener');
    const publisher = await publisherOf(`amqp://guest:guest@127.0.0.1:${String(port)}`);
    writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024));
    await publishUntilBlocked(publisher, daemon.waitForLine('a commit failed and is tried again'));
    const closed = new Promise((resolve) => publisher.connection.once('close', resolve));
    daemon.child.kill('SIGKILL');
    await closed;
    rmSync(ballast);
    const { broker } = await start({ dataDir, diskFreeLimit: 0 });
    const stored = await numbers(broker.url);
    expect(publisher.confirmed.size).toBeGreaterThan(0);
    expect(stored.slice(0, publisher.confirmed.size)).toEqual([...publisher.confirmed]);
  });

  test('blocks publishers while less than the limit is free, and goes on by itself', async () => {
    const { broker, log } = await start({ dataDir: join(disk, 'data'), diskFreeLimit: 4 * 1024 * 1024 });
    const publisher = await publisherOf(broker.url);
    publisher.publish(10);
    await publisher.channel.waitForConfirms();
    writeFileSync(ballast, Buffer.alloc(5 * 1024 * 1024));
    await vi.waitFor(() => {
      expect(messagesOf(log.warnings)).toEqual([
        expect.stringMatching(/free disk space is below the limit.*Free some/),
      ]);
    }, UNTIL);
    publisher.publish(10);
    expect(await publisher.heard.next()).toBe('low on disk');
    expect(messagesOf(log.errors)).toEqual([]);
    const consumer = await (await open(broker.url)).connection.createChannel();
    expect(await consumer.get('work', { noAck: true })).not.toBe(false);
    rmSync(ballast);
    expect(await publisher.heard.next()).toBeUndefined();
    expect(messagesOf(log.infos)).toContain('free disk space is above the limit again: publishers go on');
    await publisher.channel.waitForConfirms();
    expect(publisher.confirmed).toEqual(new Set([0, 1]));
  });

  test('gives back the room of what is consumed, so that publishers go on, again and again', async () => {
    const { broker } = await start({ dataDir: join(disk, 'data'), diskFreeLimit: 4 * 1024 * 1024 });
    const publisher = await publisherOf(broker.url);
    const consumer = await (await open(broker.url)).connection.createChannel();
    for (let round = 0; round < 2; round++) {
      expect(await publishUntilBlocked(publisher)).toBe('low on disk');
      while ((await consumer.get('work', { noAck: true })) !== false);
      expect(await publisher.heard.next()).toBeUndefined();
      await publisher.channel.waitForConfirms();
    }
  });

  test('counts what is free within the file: it goes back before publishers are blocked', async () => {
    const megabyte = 1024 * 1024;
    const large = smallDisk(100 * megabyte);
    const dataDir = join(large, 'data');
    const { broker, log } = await start({ dataDir, diskFreeLimit: 8 * megabyte });
    const publisher = await publisherOf(broker.url);
    for (let n = 0; n < 16; n++) publisher.publish(megabyte);
    await publisher.channel.waitForConfirms();
    await publisher.channel.purgeQueue('work');
    const fileSize = (): number => statSync(join(dataDir, 'leveret.db')).size;
    // The log is in the file, whose pages nothing uses: kept for the next messages while there is room enough.
    await vi.waitFor(() => expect(fileSize()).toBeGreaterThan(12 * megabyte), UNTIL);
    const { bavail, bsize } = statfsSync(large);
    writeFileSync(join(large, 'ballast'), Buffer.alloc(bavail * bsize - 12 * megabyte));
    await vi.waitFor(() => expect(fileSize()).toBeLessThan(2 * megabyte), UNTIL);
    expect(messagesOf(log.warnings)).toEqual([]);
    await stopAll();
  });

  test('that is low at the start blocks from the first publish on', async () => {
    const { broker } = await start({ dataDir: join(disk, 'data'), diskFreeLimit: 2 * DISK_BYTES });
    const publisher = await publisherOf(broker.url);
    publisher.publish(10);
    expect(await publisher.heard.next()).toBe('low on disk');
  });

  test('that is read-only is refused at the start with what to do', async () => {
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const refused = await Broker.start({ port: 0, dataDir: disk }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreError);
    expect((refused as Error).message).toMatch(/cannot be created or written: EROFS.*choose another folder/);
  });
});

test('a folder where the scratch file cannot be made is refused in a line, and free again', async () => {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, 'leveret.scratch'));
  for (const attempt of [1, 2]) {
    const refused = await Broker.start({ port: 0, dataDir }).catch((error: unknown) => error);
    expect(refused, `attempt ${attempt}`).toBeInstanceOf(StoreError);
    expect((refused as Error).message).toContain(`The data folder ${dataDir} cannot be used: EISDIR`);
  }
});

/** A daemon on the data folder, and a publisher whose first ten messages are confirmed. */
async function daemonWithTen(dataDir: string) {
  const daemon = startCommand(['--host', '127.0.0.1', '--port', '0', '--data-dir', dataDir]);
  const { port } = await daemon.waitForLine('started TCP listener');
  const url = `amqp://guest:guest@127.0.0.1:${String(port)}`;
  const publisher = await publisherOf(url);
  range(0, 10).forEach(() => publisher.publish(100));
  await publisher.channel.waitForConfirms();
  return { daemon, url, publisher };
}

const limited = hasPrlimit();

describe.skipIf(limited !== '')(`a broker whose writes fail${limited}`, () => {
  afterEach(stopAll);

  /** A write beyond the limit fails with EFBIG: an I/O error to SQLite, made by the operating system. */
  const limitFiles = (pid: number, bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);

  test('blocks publishers, lets consumers go on, and has all it confirmed when writes work again', async () => {
    const dataDir = temporaryFolder();
    const { daemon, url, publisher } = await daemonWithTen(dataDir);

    limitFiles(daemon.child.pid!, 4096);
    publisher.publish(100);
    const { reason } = await daemon.waitForLine('a commit failed and is tried again');
    expect(reason).toMatch(/SQLITE_IOERR/);
    publisher.publish(100);
    expect(await publisher.heard.next()).toBe('low on disk');
    expect(publisher.confirmed.size).toBe(10);
    const consumer = await (await open(url)).connection.createChannel();
    expect(await consumer.get('work', { noAck: true })).not.toBe(false);
    expect(await exists(url, 'queue', 'work')).toBe(true);

    limitFiles(daemon.child.pid!, 'unlimited');
    expect(await publisher.heard.next()).toBeUndefined();
    await publisher.channel.waitForConfirms();
    expect(publisher.confirmed.size).toBe(12);
    dropSocket(publisher.connection);
    daemon.child.kill('SIGTERM');
    expect((await daemon.finished).code).toBe(0);
    const { broker } = await start({ dataDir });
    expect(await numbers(broker.url)).toEqual(range(1, 12).map(Number));
  });
});

const journaled = mountJournaledDisk();

describe.skipIf(journaled.folder === undefined)(`a broker whose disk fails${journaled.why}`, () => {
  test('and is read-only from then on confirms nothing more, delivers what it has, and has all it confirmed', async () => {
    const { folder, mount } = journaled as { folder: string; mount: () => void };
    onTestFinished(() => rmSync(dirname(folder), { recursive: true }));
    mount();
    onTestFinished(() => {
      execFileSync('umount', ['-l', folder]);
    });
    const dataDir = join(folder, 'data');
    const { daemon, url, publisher } = await daemonWithTen(dataDir);

    // What the system does to a file system in which it finds damage.
    execFileSync('mount', ['-o', 'remount,abort', folder]);
    publisher.publish(100);
    const { reason } = await daemon.waitForLine('a commit failed and is tried again');
    expect(reason).toMatch(/SQLITE_(IOERR|READONLY)/);
    publisher.publish(100);
    expect(await publisher.heard.next()).toBe('low on disk');
    const consumer = await (await open(url)).connection.createChannel();
    expect(await consumer.get('work')).not.toBe(false);
    expect(publisher.confirmed.size).toBe(10);

    const closed = new Promise((resolve) => publisher.connection.once('close', resolve));
    daemon.child.kill('SIGKILL');
    await closed;
    await daemon.finished;
    execFileSync('umount', [folder]);
    mount();
    const { broker } = await start({ dataDir });
    expect(await numbers(broker.url)).toEqual(range(0, 10).map(Number));
    await stopAll();
  });
});

/** A folder for a file system that the system makes read-only when it fails, as disks have it; gone when the tests are. */
function mountJournaledDisk(): { readonly folder?: string; readonly mount?: () => void; readonly why: string } {
  const parent = mkdtempSync(join(tmpdir(), 'leveret-disk-'));
  const [image, folder] = [join(parent, 'image'), join(parent, 'disk')];
  const mount = (): void => void execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' });
  try {
    mkdirSync(folder);
    writeFileSync(image, '');
    truncateSync(image, 64 * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', image], { stdio: 'pipe' });
    mount();
    execFileSync('umount', [folder]);
    return { folder, mount, why: '' };
  } catch (error) {
    rmSync(parent, { recursive: true });
    return { why: ` (skipped: no ext4 to be had: ${(error as Error).message.trim()})` };
  }
}

function hasPrlimit(): string {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'pipe' });
    return '';
  } catch {
    return ' (skipped: there is no prlimit to make them fail)';
  }
}
