/** What a queue that deduplicates by a window of time remembers, and what of it goes to the store; by a clock that the test holds. */
import { describe, expect, it, vi } from 'vitest';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { Timers } from '../../../../src/broker/scheduling/timers.ts';
import { BodyStore } from '../../../../src/broker/log/body-store.ts';
import { QueueLog } from '../../../../src/broker/log/log.ts';
import { SpareConfirms } from '../../../../src/broker/log/waiting-confirms.ts';
import { SeenWindow } from '../../../../src/broker/deduplication/seen-window.ts';
import { TimeSlices } from '../../../../src/broker/scheduling/time-slices.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import { StoreError } from '../../../../src/store/store.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { ConfirmRecorder } from '../../../support/confirm-recorder.ts';
import { readSeen } from '../../../support/store-reads.ts';
import { UNTIL } from '../../../support/patience.ts';
import { unlimitedMemory } from '../../../support/recovery/memory-budget.ts';

const QUEUE = 1;
/** Keys have one character an octet. */
const KEY = Buffer.from('ключ').toString('latin1');

class Lives {
  readonly clock = new HandClock(1_000_000);
  readonly store = new MemoryStore({ lazyMs: 3_600_000 });
  readonly confirms = new ConfirmRecorder();
  readonly memory = unlimitedMemory();
  readonly timeSlices = new TimeSlices(this.store, new Backlog(), this.clock, (error) => {
    throw error;
  });
  readonly unreadable: string[] = [];
  window = { ttl: 1000, size: 100 };
  #timers = this.#newDeadlines();
  deduplication = this.#begin();
  #number = 0;

  /** Takes the message unless it is a repeat, as a queue does; true where it was taken. */
  offer(key: string, { persistent = true, confirm = true } = {}): boolean {
    const [tracker, number] = [confirm ? this.confirms : undefined, ++this.#number];
    if (this.deduplication.isRepeat(key, tracker, number)) return false;
    this.deduplication.taken(key, persistent, tracker, number);
    return true;
  }

  committed(): Promise<void> {
    return new Promise((resolve) => this.store.afterCommit(resolve));
  }

  /** Another process goes on with what is in the store; what is not committed is lost. */
  restart(): void {
    this.#timers.stop();
    this.#timers = this.#newDeadlines();
    this.deduplication = this.#begin();
    this.deduplication.recover();
  }

  /** How many rows of keys the store has. */
  async rows(): Promise<number> {
    return (await readSeen(this.store, QUEUE)).length;
  }

  #newDeadlines(): Timers {
    return new Timers(this.clock, (error) => {
      throw error;
    });
  }

  #begin(): SeenWindow {
    const { store, memory, timeSlices } = this;
    const bodies = new BodyStore(store, memory);
    const log = new QueueLog(
      { store, memory, bodies, backlog: new Backlog(), spareConfirms: new SpareConfirms() },
      QUEUE,
    );
    const queue = {
      name: 'q',
      log,
      storedAs: QUEUE,
      isDead: () => false,
      keysUnreadable: ({ message }: Error) => void this.unreadable.push(message),
    };
    return new SeenWindow(
      this.window,
      undefined,
      {
        timers: this.#timers,
        timeSlices,
        store,
        memory,
        loads: new Set<Promise<void>>(),
      },
      queue,
    );
  }
}

describe('the window', () => {
  it('begins with the first message of a key, and repeats do not lengthen it', () => {
    const lives = new Lives();
    expect(lives.offer('a')).toBe(true);
    lives.clock.pass(600);
    expect(lives.offer('a')).toBe(false);
    lives.clock.pass(399);
    expect(lives.offer('a')).toBe(false);
    lives.clock.pass(1);
    expect(lives.offer('a')).toBe(true);
    expect(lives.offer('a')).toBe(false);
  });

  it('takes no more keys than it may, and forgets the oldest', () => {
    const lives = new Lives();
    for (let n = 0; n < 101; n++) expect(lives.offer(`${n}`)).toBe(true);
    expect(lives.offer('1')).toBe(false);
    expect(lives.offer('0')).toBe(true);
    expect(lives.offer('1')).toBe(true);
  });

  it('changes with the settings for the keys that are there', () => {
    const lives = new Lives();
    lives.offer('a');
    lives.clock.pass(500);
    lives.offer('b');
    lives.deduplication.apply({ window: { ...lives.window, ttl: 300 }, header: undefined });
    expect([lives.offer('a'), lives.offer('b')]).toEqual([true, false]);
    lives.deduplication.apply({ window: { ...lives.window, size: 1 }, header: undefined });
    expect([lives.offer('a'), lives.offer('b')]).toEqual([false, true]);
  });

  it('needs one timer while there are keys, and none without', () => {
    const lives = new Lives();
    for (let n = 0; n < 50; n++) lives.offer(`${n}`);
    expect(lives.clock.timers).toBe(1);
    lives.clock.pass(5000);
    expect(lives.clock.timers).toBe(0);
  });
});

describe('memory', () => {
  it('knows what the keys take, until they are over', () => {
    const lives = new Lives();
    for (let n = 0; n < 50; n++) lives.offer(`${n}`.padEnd(36));
    expect(lives.memory.bytes).toBe(50 * 120);
    lives.clock.pass(5000);
    expect(lives.memory.bytes).toBe(0);
  });

  it('knows of no more keys than are remembered, and of none of a queue that is purged or deleted', () => {
    const lives = new Lives();
    for (let n = 0; n < 300; n++) lives.offer(`${n}`.padEnd(16));
    expect(lives.memory.bytes).toBe(100 * 100);
    lives.deduplication.clear();
    expect(lives.memory.bytes).toBe(0);
    lives.offer('a');
    expect(lives.memory.bytes).toBe(85);
    lives.deduplication.end();
    expect(lives.memory.bytes).toBe(0);
  });
});

describe('the store', () => {
  it('has the keys of persistent messages, and no others', async () => {
    const lives = new Lives();
    lives.offer('persistent');
    lives.offer('transient', { persistent: false });
    await lives.committed();
    lives.restart();
    expect([lives.offer('persistent'), lives.offer('transient')]).toEqual([false, true]);
  });

  it('has them for the rest of their window, whatever restarts', async () => {
    const lives = new Lives();
    lives.offer('a');
    lives.offer(KEY);
    await lives.committed();
    lives.clock.pass(400);
    lives.restart();
    lives.clock.pass(599);
    lives.restart();
    expect([lives.offer('a'), lives.offer(KEY)]).toEqual([false, false]);
    lives.clock.pass(1);
    expect([lives.offer('a'), lives.offer(KEY)]).toEqual([true, true]);
  });

  it('is read after a restart without any message, and what is left of it when the first comes', async () => {
    const lives = new Lives();
    const keys = Array.from({ length: 90 }, (_, n) => `key ${n}`);
    for (const key of keys) lives.offer(key);
    await lives.committed();
    const before = lives.memory.bytes;
    lives.deduplication.end();
    lives.restart();
    expect(lives.memory.bytes).toBe(0);
    expect(lives.deduplication.step()).toBe(true);
    expect(lives.memory.bytes).toBeLessThan(before);
    expect(lives.offer(keys.at(-1)!)).toBe(false);
    expect(lives.memory.bytes).toBe(before);
    lives.deduplication.end();
    lives.restart();
    await vi.waitUntil(() => lives.memory.bytes === before, UNTIL);
  });

  it('has a row a batch, and loses it when the last of its keys is over', async () => {
    const lives = new Lives();
    for (const keys of [['a', 'b'], ['c'], ['d']]) {
      for (const key of keys) lives.offer(key);
      await lives.committed();
      lives.clock.pass(300);
    }
    expect(await lives.rows()).toBe(3);
    lives.clock.pass(300);
    await lives.committed();
    expect(await lives.rows()).toBe(2);
    lives.clock.pass(1000);
    await lives.committed();
    expect(await lives.rows()).toBe(0);
  });

  it('loses what is over after a restart too, without any message', async () => {
    const lives = new Lives();
    lives.offer('a');
    await lives.committed();
    lives.clock.pass(500);
    lives.offer('b');
    await lives.committed();
    lives.restart();
    lives.clock.pass(501);
    lives.restart();
    lives.clock.pass(1);
    await lives.committed();
    expect(await lives.rows()).toBe(1);
    lives.clock.pass(1000);
    await lives.committed();
    expect(await lives.rows()).toBe(0);
  });

  it('loses what is more than may be remembered', async () => {
    const lives = new Lives();
    lives.window = { ttl: 3_600_000, size: 2 };
    lives.restart();
    for (let n = 0; n < 10; n++) {
      lives.offer(`${n}`);
      await lives.committed();
      lives.clock.pass(10);
    }
    lives.clock.pass(1000);
    await lives.committed();
    expect(await lives.rows()).toBe(2);
  });

  it('forgets all at a purge, what was not written yet too', async () => {
    const lives = new Lives();
    lives.offer('old');
    await lives.committed();
    lives.offer('young');
    lives.deduplication.clear();
    expect(lives.offer('after')).toBe(true);
    await lives.committed();
    lives.restart();
    expect([lives.offer('old'), lives.offer('young'), lives.offer('after')]).toEqual([true, true, false]);
    await lives.committed();
    expect(lives.confirms.waiting).toEqual([]);
  });

  it('forgets all when a queue that has not looked yet is purged', async () => {
    const lives = new Lives();
    lives.offer('a');
    await lives.committed();
    lives.restart();
    lives.deduplication.clear();
    expect(lives.offer('a')).toBe(true);
    await lives.committed();
    expect(await lives.rows()).toBe(1);
  });
});

describe('keys that cannot be read', () => {
  it('are forgotten and reported once, and those that come are not', async () => {
    const lives = new Lives();
    lives.offer('before');
    await lives.committed();
    vi.spyOn(lives.store, 'readSeen').mockImplementation((_id, answer) => answer(new StoreError('damaged')));
    lives.restart();
    expect([lives.offer('before'), lives.offer('after')]).toEqual([true, true]);
    expect([lives.offer('before'), lives.offer('after')]).toEqual([false, false]);
    expect(lives.unreadable).toEqual(['damaged']);
  });
});

describe('publishers', () => {
  it('hear that a message is safe when its key is, also those of its repeats', async () => {
    const lives = new Lives();
    lives.offer('a');
    lives.offer('a');
    expect(lives.confirms.waiting).toEqual([1, 2]);
    await lives.committed();
    expect(lives.confirms.waiting).toEqual([]);
    lives.offer('a');
    expect(lives.confirms.waiting).toEqual([]);
  });

  it('that repeat what another published without confirms need not wait for company', async () => {
    const lives = new Lives();
    lives.offer('a', { confirm: false });
    lives.offer('a');
    expect(lives.confirms.waiting).toEqual([2]);
    await lives.committed();
    expect(lives.confirms.waiting).toEqual([]);
  });

  it('do not wait for transient messages', () => {
    const lives = new Lives();
    lives.offer('a', { persistent: false });
    lives.offer('a', { persistent: false });
    expect(lives.confirms.waiting).toEqual([]);
  });

  it('hear it at the latest when the queue is deleted', () => {
    const lives = new Lives();
    lives.offer('a');
    lives.deduplication.end();
    expect(lives.confirms.waiting).toEqual([]);
  });
});
