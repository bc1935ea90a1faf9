/**
 * What came back to a queue, or was out, when the broker ended: how often it came back is known after that, and so is how long it
 * waits. By a clock that the test holds.
 */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type AmqpChannel, AmqpClient } from '../support/amqp-client/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { headersOf } from '../support/dead-letters.ts';
import { HandClock } from '../support/hand-clock.ts';
import { ClockedBroker } from '../support/recovery/clocked-broker.ts';

/** A broker that ends and starts again, with a client that comes back. */
class Lives {
  readonly clock = new HandClock();
  readonly #folder = temporaryFolder();
  #broker!: ClockedBroker;
  #client!: AmqpClient;
  channel!: AmqpChannel;
  #kills = 0;

  static async begin(): Promise<Lives> {
    const lives = new Lives();
    await lives.#start(join(lives.#folder, '0'));
    onTestFinished(() => lives.#end());
    return lives;
  }

  /** Ends the process when all it was told is on disk. `down`: milliseconds until the next one starts. */
  async kill(down = 0): Promise<void> {
    await this.#sync();
    await this.#broker.committed();
    const left = join(this.#folder, String(++this.#kills));
    this.#broker.copyTo(left);
    // What this one does from now on is done in the folder that nobody looks at any more.
    await this.#end();
    this.clock.pass(down);
    await this.#start(left);
  }

  /** Stops the broker as SIGTERM does, and starts it again. */
  async stop(): Promise<void> {
    await this.#sync();
    await this.#end();
    await this.#start(this.#broker.folder);
  }

  /** Declares a durable queue with messages in it. */
  async queue(queue: string, args: Record<string, unknown>, ...bodies: readonly string[]): Promise<void> {
    await this.channel.queue(queue, { exclusive: false, durable: true, arguments: args });
    for (const body of bodies) this.publish(queue, body);
  }

  publish(queue: string, body: string, priority = 0): void {
    this.channel.publish(queue, body, { deliveryMode: 2, priority });
  }

  /** Takes a message and says what it is: its body, `!` where it is redelivered, how often it came back; undefined for none. */
  async get(queue = 'q'): Promise<string | undefined> {
    const got = await this.channel.get(queue);
    if (got === undefined) return undefined;
    const count = headersOf(got)['x-delivery-count'] as number | undefined;
    return `${got.body}${got.redelivered ? '!' : ''}${count === undefined ? '' : ` ${count}`}`;
  }

  /** Gives back what was taken `nth` on this channel. */
  giveBack(nth: number): void {
    this.channel.nack(nth);
  }

  async pass(ms: number): Promise<void> {
    await this.#sync();
    this.clock.pass(ms);
  }

  async #sync(): Promise<void> {
    await this.channel.call('exchange.declare', { exchange: 'amq.direct', passive: true });
  }

  async #start(folder: string): Promise<void> {
    this.#broker = await ClockedBroker.start(folder, this.clock);
    this.clock.pass(0);
    this.#client = await AmqpClient.connect(this.#broker.url);
    this.channel = await this.#client.channel();
  }

  async #end(): Promise<void> {
    const stopped = this.#broker.stop();
    this.#client.destroy();
    await stopped;
    expect(this.#broker.faults).toEqual([]);
  }
}

const QUORUM = { 'x-queue-type': 'quorum' };
const LETTERS = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'letters' };

test('a quorum queue goes on counting after a kill; what was out then came back by that', async () => {
  const lives = await Lives.begin();
  await lives.queue('q', QUORUM, 'often', 'out', 'never');
  for (const nth of [1, 2]) {
    await lives.get();
    lives.giveBack(nth);
  }
  expect([await lives.get(), await lives.get()]).toEqual(['often! 2', 'out']);
  lives.giveBack(3);
  await lives.kill();
  expect([await lives.get(), await lives.get(), await lives.get()]).toEqual(['often! 3', 'out! 1', 'never']);
  await lives.kill();
  lives.channel.ack((await lives.channel.get('q'))!.deliveryTag);
  await lives.kill();
  expect([await lives.get(), await lives.get(), await lives.get()]).toEqual(['out! 2', 'never! 1', undefined]);
});

test('what a quorum queue had out at a clean stop came back by that', async () => {
  const lives = await Lives.begin();
  await lives.queue('q', QUORUM, 'out', 'never');
  for (const expected of ['out', 'out! 1', 'out! 2']) {
    expect(await lives.get()).toBe(expected);
    await lives.stop();
  }
});

test.each([0, 1, 3])('a message that ends the broker whenever it is out reaches its limit of %i', async (limit) => {
  const lives = await Lives.begin();
  await lives.queue('letters', {});
  await lives.queue('q', { ...QUORUM, 'x-delivery-limit': limit, ...LETTERS }, 'poison', 'next');
  for (let times = 0; times <= limit; times++) {
    expect(await lives.get()).toBe(times === 0 ? 'poison' : `poison! ${times}`);
    await lives.kill();
  }
  expect([await lives.get(), await lives.get()]).toEqual(['next', undefined]);
  const letter = (await lives.channel.get('letters'))!;
  expect(letter.body).toBe('poison');
  expect(headersOf(letter)).toMatchObject({ 'x-first-death-reason': 'delivery_limit', 'x-first-death-queue': 'q' });
});

test('a classic queue that counts no returns does not begin to by a restart', async () => {
  const lives = await Lives.begin();
  await lives.queue('q', {}, 'm');
  for (const expected of ['m', 'm!', 'm!']) {
    expect(await lives.get()).toBe(expected);
    await lives.kill();
  }
});

const RETRY = { 'x-delayed-retry-type': 'all', 'x-delayed-retry-min': 1000, 'x-delayed-retry-multiplier': 3 };

test.each(['classic', 'quorum'])(
  'what waits to be retried in a %s queue waits on, and longer the next time',
  async (type) => {
    const lives = await Lives.begin();
    await lives.queue('q', { ...RETRY, 'x-queue-type': type }, 'a', 'b');
    expect(await lives.get()).toBe('a');
    lives.giveBack(1);
    await lives.pass(400);
    await lives.kill(100);
    expect([await lives.get(), await lives.get()]).toEqual(['b', undefined]);
    await lives.pass(499);
    expect(await lives.get()).toBeUndefined();
    await lives.pass(1);
    expect(await lives.get()).toBe('a! 1');
    lives.giveBack(2);
    await lives.pass(2999);
    expect(await lives.get()).toBeUndefined();
    await lives.pass(1);
    expect(await lives.get()).toBe('a! 2');
    // Both are out, for the first and for the third time: they are ready at once.
    await lives.kill();
    expect([await lives.get(), await lives.get()]).toEqual(['a! 3', 'b! 1']);
  },
);

test('what waited for long enough while the broker was down is ready', async () => {
  const lives = await Lives.begin();
  await lives.queue('q', RETRY, 'a');
  await lives.get();
  lives.giveBack(1);
  await lives.kill(1000);
  expect(await lives.get()).toBe('a! 1');
});

test('what waits is purged after a restart as before it, and counts as a message of the queue', async () => {
  const lives = await Lives.begin();
  await lives.queue('q', RETRY, 'a', 'b');
  await lives.get();
  lives.giveBack(1);
  await lives.kill();
  expect(await lives.channel.call('queue.purge', { queue: 'q' })).toMatchObject({ messageCount: 2 });
  await lives.kill(1000);
  expect(await lives.get()).toBeUndefined();
});

test('a priority queue knows of all its priorities what was delivered', async () => {
  const lives = await Lives.begin();
  await lives.queue('q', { 'x-max-priority': 9 });
  for (const priority of [0, 1, 2, 3]) for (const nth of ['a', 'b']) lives.publish('q', `${priority}${nth}`, priority);
  const take = async (count: number): Promise<unknown[]> => {
    const taken = [];
    for (let n = 0; n < count; n++) taken.push(await lives.get());
    return taken;
  };
  expect(await take(5)).toEqual(['3a', '3b', '2a', '2b', '1a']);
  await lives.kill();
  lives.publish('q', '3c', 3);
  expect(await take(9)).toEqual(['3a!', '3b!', '3c', '2a!', '2b!', '1a!', '1b', '0a', '0b']);
  lives.channel.ack(0, true);
  await lives.kill();
  // Nothing is left of the levels, and their numbers go on.
  for (const priority of [0, 2, 3]) lives.publish('q', `${priority}`, priority);
  await lives.kill();
  expect(await take(4)).toEqual(['3', '2', '0', undefined]);
});
