/** Which messages a queue drops while others of their keys are in it, and how it knows them again after a restart. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KeysInQueue } from '../../../../src/broker/deduplication/keys-in-queue.ts';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { BodyStore } from '../../../../src/broker/log/body-store.ts';
import { awaitStored, type MessageLog } from '../../../../src/broker/log/message-log.ts';
import { PriorityLog } from '../../../../src/broker/log/priority-log.ts';
import { SpareConfirms } from '../../../../src/broker/log/waiting-confirms.ts';
import { Message } from '../../../../src/broker/message/message.ts';
import { Timers } from '../../../../src/broker/scheduling/timers.ts';
import { TimeSlices } from '../../../../src/broker/scheduling/time-slices.ts';
import { encodeProperties } from '../../../../src/codec/properties.ts';
import { StoreError } from '../../../../src/store/store.ts';
import { DurableStore } from '../../../support/durable-store.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { ConfirmRecorder } from '../../../support/confirm-recorder.ts';
import { readSeen, recover } from '../../../support/store-reads.ts';
import { UNTIL } from '../../../support/patience.ts';
import { unlimitedMemory } from '../../../support/recovery/memory-budget.ts';
import { NOBODY_WAITS } from '../../../support/nobody-waits.ts';

const QUEUE = 1;

function withId(messageId: string): Message {
  const message = new Message();
  message.setRoute('', 'q');
  message.setProperties(encodeProperties({ messageId, deliveryMode: 2 }));
  return message;
}

class Lives {
  readonly store = new DurableStore({ lazyMs: 3_600_000 });
  readonly memory = unlimitedMemory();
  readonly confirms = new ConfirmRecorder();
  readonly unreadable: string[] = [];
  readonly #clock = new HandClock(1_000_000);
  #log: MessageLog = this.#newLog();
  keys = this.#begin();
  #number = 0;

  /** Takes the message if it is no repeat, as a queue does: its number, -1 if it is dropped. */
  offer(id: string, { confirm = true, priority = 0 } = {}): number {
    const [tracker, number] = [confirm ? this.confirms : undefined, ++this.#number];
    const message = withId(id);
    const key = this.keys.keyOf(message)!;
    if (this.keys.isRepeat(key, tracker, number)) return -1;
    const seq = this.#log.append(message, true, Infinity, priority);
    this.keys.added(key, seq);
    awaitStored(this.#log, seq, tracker, number);
    return seq;
  }

  /** Takes it whatever is there, as before deduplication begins. */
  add(id: string): number {
    return this.#log.append(withId(id), true, Infinity, 0);
  }

  take(seq: number): void {
    expect([this.#log.fetch(seq, NOBODY_WAITS), this.#log.isReady(seq)]).toEqual([true, true]);
    this.#log.take(seq);
  }

  requeue(seq: number): void {
    this.#log.requeue(seq);
  }

  leave(seq: number): void {
    this.#log.fetch(seq, NOBODY_WAITS);
    this.keys.left(seq);
    this.#log.settle(seq);
  }

  purge(): void {
    this.#log.purge();
    this.keys.purged();
  }

  begin(header?: string): void {
    this.keys.end();
    this.keys = this.#begin(header);
  }

  committed(): Promise<void> {
    return new Promise((resolve) => this.store.afterCommit(resolve));
  }

  /** Another process goes on with what is in the store. */
  async restart(): Promise<void> {
    await this.committed();
    this.keys.end();
    this.#log = this.#newLog();
    this.keys = this.#begin();
    const { pages } = await recover(this.store);
    this.#log.recover(pages, 0);
    this.keys.recover();
  }

  #newLog(): PriorityLog {
    const { store, memory } = this;
    const bodies = new BodyStore(store, memory);
    return new PriorityLog(
      { store, memory, bodies, backlog: new Backlog(), spareConfirms: new SpareConfirms() },
      QUEUE,
    );
  }

  #begin(header?: string): KeysInQueue {
    const { store, memory } = this;
    const fault = (error: unknown): void => {
      throw error;
    };
    const timeSlices = new TimeSlices(store, new Backlog(), this.#clock, fault);
    const queue = {
      name: 'q',
      log: this.#log,
      storedAs: QUEUE,
      isDead: () => false,
      keysUnreadable: ({ message }: Error) => void this.unreadable.push(message),
    };
    return new KeysInQueue(
      header,
      {
        timers: new Timers(this.#clock, fault),
        timeSlices,
        store,
        memory,
        loads: new Set<Promise<void>>(),
      },
      queue,
    );
  }
}

afterEach(() => void vi.restoreAllMocks());

describe('a key', () => {
  it('counts until its message is gone, at a consumer too', () => {
    const lives = new Lives();
    const seq = lives.offer('a');
    expect(lives.offer('a')).toBe(-1);
    lives.take(seq);
    expect(lives.offer('a')).toBe(-1);
    lives.leave(seq);
    expect(lives.offer('a')).toBeGreaterThan(seq);
    expect(lives.offer('a')).toBe(-1);
  });

  it('counts until the last of its messages is gone, if there were several before', () => {
    const lives = new Lives();
    const seqs = [lives.add('a'), lives.add('a'), lives.add('b')];
    lives.begin();
    expect(lives.offer('a')).toBe(-1);
    lives.leave(seqs[1]);
    expect(lives.offer('a')).toBe(-1);
    lives.leave(seqs[0]);
    expect(lives.offer('a')).toBeGreaterThan(0);
    expect(lives.offer('b')).toBe(-1);
  });

  it('of a message that leaves before it was counted is not missed', () => {
    const lives = new Lives();
    const seqs = [lives.add('a'), lives.add('a')];
    lives.begin();
    lives.leave(seqs[0]);
    expect(lives.offer('a')).toBe(-1);
    lives.leave(seqs[1]);
    expect(lives.offer('a')).toBeGreaterThan(0);
  });

  it('is that of another header once the settings say so', () => {
    const lives = new Lives();
    lives.offer('a');
    lives.keys.apply({ window: undefined, header: 'order' });
    expect(lives.keys.isRepeat('a', undefined, 0)).toBe(false);
    lives.keys.apply({ window: undefined, header: undefined });
    expect(lives.keys.isRepeat('a', undefined, 0)).toBe(true);
  });

  it('of an unacknowledged message outlives a purge, and no other does', () => {
    const lives = new Lives();
    lives.take(lives.offer('out'));
    lives.offer('in');
    lives.purge();
    expect([lives.offer('out'), lives.offer('in') > 0]).toEqual([-1, true]);
  });
});

describe('after a restart', () => {
  it('what is in the queue is known, at every priority, and what left it is not', async () => {
    const lives = new Lives();
    for (const priority of [5, 0, 3]) lives.offer(`${priority}`, { priority });
    lives.leave(lives.offer('gone'));
    await lives.restart();
    expect(['5', '0', '3', 'gone'].map((id) => lives.offer(id) >= 0)).toEqual([false, false, false, true]);
  });

  it('it is read without any message', async () => {
    const lives = new Lives();
    for (let n = 0; n < 50; n++) lives.offer(`${n}`.padEnd(16));
    await lives.restart();
    const before = lives.memory.bytes;
    await vi.waitUntil(() => lives.memory.bytes >= before + 50 * 100, UNTIL);
  });

  it('what a version before has stored of the other rule is removed', async () => {
    const lives = new Lives();
    lives.store.schedule(
      {
        collect: (batch) => void batch.seen({ queueId: QUEUE, newest: 1, count: 1 }, 10).fill(0),
        committed: () => undefined,
      },
      true,
    );
    await lives.committed();
    expect(await readSeen(lives.store, QUEUE)).toHaveLength(1);
    await lives.restart();
    await lives.committed();
    expect(await readSeen(lives.store, QUEUE)).toEqual([]);
  });

  it('what cannot be read is forgotten and reported, and what comes is not', async () => {
    const lives = new Lives();
    lives.offer('before');
    await lives.restart();
    vi.spyOn(lives.store, 'readPages').mockImplementation((_ids, answer) => answer(new StoreError('damaged')));
    expect([lives.offer('before') > 0, lives.offer('before')]).toEqual([true, -1]);
    expect(lives.unreadable).toEqual(['damaged']);
  });
});

describe('publishers', () => {
  it('of repeats hear that the message is safe when the first one is', async () => {
    const lives = new Lives();
    lives.offer('a');
    lives.offer('a');
    expect(lives.confirms.waiting).toEqual([1, 2]);
    await lives.committed();
    expect(lives.confirms.waiting).toEqual([]);
    lives.offer('a');
    expect(lives.confirms.waiting).toEqual([]);
  });

  it('of repeats wait for the first one though what came behind it is settled', async () => {
    const lives = new Lives();
    lives.offer('a', { confirm: false });
    const behind = lives.offer('b');
    lives.offer('a');
    lives.leave(behind);
    expect(lives.confirms.waiting).toEqual([3]);
    await lives.committed();
    expect(lives.confirms.waiting).toEqual([]);
  });
});

describe('memory', () => {
  it('counts each key once, and no longer than it is kept', () => {
    const lives = new Lives();
    lives.add('a'.padEnd(16));
    lives.add('a'.padEnd(16));
    const before = lives.memory.bytes;
    lives.begin();
    lives.keys.isRepeat('b', undefined, 0);
    expect(lives.memory.bytes).toBe(before + 100);
    lives.keys.end();
    expect(lives.memory.bytes).toBe(before);
  });
});

/** A message of the model. */
interface Kept {
  readonly id: string;
  seq: number;
  out: boolean;
}

const nth = fc.nat(9);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('offer'), nth, nth) },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('take', 'leave', 'requeue'), nth, nth) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('purge', 'restart', 'begin'), nth, nth) },
);

describe('whatever is done', () => {
  it('a queue drops exactly what is in it, over restarts too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const lives = new Lives();
        let kept: Kept[] = [];
        for (const [what, n, priority] of steps) {
          const chosen = kept.at(n % Math.max(1, kept.length));
          if (what === 'offer') {
            const id = `${n % 4}`;
            const seq = lives.offer(id, { priority });
            expect(seq < 0, `${id} is dropped`).toBe(kept.some((other) => other.id === id));
            if (seq >= 0) kept.push({ id, seq, out: false });
          } else if (what === 'purge') {
            lives.purge();
            kept = kept.filter(({ out }) => out);
          } else if (what === 'begin') lives.begin();
          else if (what === 'restart') {
            await lives.restart();
            for (const each of kept) each.out = false;
          } else if (chosen === undefined) continue;
          else if (what === 'leave') {
            lives.leave(chosen.seq);
            kept = kept.filter((other) => other !== chosen);
          } else if (chosen.out === (what === 'requeue')) {
            lives[what](chosen.seq);
            chosen.out = what === 'take';
          }
        }
      }),
      { numRuns: 100, seed: 20261128 },
    );
  });
});
