import { describe, expect, test } from 'vitest';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { BodyStore } from '../../../../src/broker/log/body-store.ts';
import { QueueLog } from '../../../../src/broker/log/log.ts';
import { SpareConfirms, WaitingConfirms } from '../../../../src/broker/log/waiting-confirms.ts';
import type { Batch } from '../../../../src/store/batch.ts';
import { Scratch } from '../../../../src/store/scratch.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import type { PageHeader } from '../../../../src/store/stored-records.ts';
import type { LogSource } from '../../../../src/store/store.ts';
import { messageOf } from '../../../support/recovery/messages.ts';
import { unlimitedMemory } from '../../../support/recovery/memory-budget.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A store that says it is durable, and leaves it to the test when logs are collected. */
class HeldStore extends MemoryStore {
  override readonly durable: boolean = true;
  readonly asked = new Set<LogSource>();

  override schedule(source: LogSource): void {
    this.asked.add(source);
  }
}

/** Counts the bytes of pages, and keeps the headers of those that are there; all else is of no interest here. */
function countingBatch(pages = new Map<number, PageHeader>()): Batch {
  const ignore = (): void => undefined;
  return {
    bytes: 0,
    page(header, bytes) {
      pages.set(header.id, header);
      (this as { bytes: number }).bytes += bytes;
      return new Uint8Array(bytes);
    },
    extendPage(header, bytes) {
      const { first, count } = pages.get(header.id)!;
      pages.set(header.id, { ...header, first, count: count + header.count });
      (this as { bytes: number }).bytes += bytes;
      return new Uint8Array(bytes);
    },
    settle: ignore,
    redelivered: ignore,
    dropPage: (id) => void pages.delete(id),
    dropPages: ignore,
    body: ignore,
    bodyPart: ignore,
    dropBody: ignore,
    seen: (_header, bytes) => new Uint8Array(bytes),
    forgetSeen: ignore,
    delivered: ignore,
  };
}

function newLog(store: HeldStore, spareConfirms = new SpareConfirms()): QueueLog {
  const memory = unlimitedMemory();
  return new QueueLog(
    { store, memory, bodies: new BodyStore(store, memory), backlog: new Backlog(), spareConfirms },
    1,
  );
}

function filledLog(sameBatchAsSettled: boolean): HeldStore {
  const store = new HeldStore();
  const log = newLog(store);
  const message = messageOf({ body: Buffer.alloc(64 * KiB) });
  message.sameBatchAsSettled = sameBatchAsSettled;
  for (let n = 0; n < 200; n++) log.append(message, true);
  log.flush(false);
  return store;
}

test('a batch takes some megabytes of a log and leaves the rest to the next, for which the log asks', () => {
  const store = filledLog(false);
  const [source] = store.asked;
  store.asked.clear();
  const batch = countingBatch();
  source.collect(batch);
  expect(batch.bytes).toBeGreaterThanOrEqual(4 * MiB);
  expect(batch.bytes).toBeLessThan(6 * MiB);
  expect([...store.asked]).toEqual([source]);
});

test('messages that come in place of others are all in the next batch, with which those leave', () => {
  const store = filledLog(true);
  const [source] = store.asked;
  store.asked.clear();
  const batch = countingBatch();
  source.collect(batch);
  expect(batch.bytes).toBeGreaterThan(200 * 64 * KiB);
  expect(store.asked.size).toBe(0);
});

test('a log notes who waits where another did before, and leaves that to the next once all are told', () => {
  const spare = new SpareConfirms();
  const list = new WaitingConfirms();
  spare.give(list);
  const store = new HeldStore();
  const log = newLog(store, spare);
  const told: number[] = [];
  const publisher = { confirmed: (number: number) => told.push(number), rejected: () => expect.unreachable() };
  for (const number of [1, 2]) log.confirm(log.append(messageOf(), true), publisher, number);
  expect([list.length, spare.take() === list]).toEqual([2, false]);
  log.flush(true);
  const [source] = store.asked;
  source.committed(source.collect(countingBatch()));
  expect([told, spare.take() === list]).toEqual([[1, 2], true]);
});

describe('a body of ten megabytes', () => {
  const SIZE = 10 * MiB + 5;

  /** A log with one message that has such a body; commits a batch and returns what was written or went wrong, a text for each. */
  function largeLog(scratch?: Scratch) {
    const store = new HeldStore();
    const memory = unlimitedMemory(scratch);
    const bodies = new BodyStore(store, memory);
    const log = new QueueLog({ store, memory, bodies, backlog: new Backlog(), spareConfirms: new SpareConfirms() }, 1);
    const message = messageOf({ body: Buffer.alloc(SIZE) });
    bodies.share(message, 1);
    const seq = log.append(message, true);
    log.flush(false);
    const collect = (): string[] => {
      const asked = [...store.asked];
      store.asked.clear();
      const written: string[] = [];
      const batch: Batch = {
        ...countingBatch(),
        bodyPart(_id, start, { length }) {
          (batch as { bytes: number }).bytes += length;
          written.push(`part ${start / MiB}`);
        },
        body: (_id, { length }, size) => void written.push(`end of ${length}, size ${size}`),
        page(_header, bytes) {
          written.push('page');
          return new Uint8Array(bytes);
        },
        dropBody: () => void written.push('drop'),
      };
      for (const source of asked) {
        try {
          source.committed(source.collect(batch));
        } catch (error) {
          written.push((error as Error).message);
        }
      }
      return written;
    };
    return { log, bodies, seq, collect };
  }

  test('is in several batches, the last of which has its message', () => {
    const { collect } = largeLog();
    expect(collect()).toEqual(['part 0', 'part 1', 'part 2', 'part 3']);
    expect(collect()).toEqual(['part 4', 'part 5', 'part 6', 'part 7']);
    expect(collect()).toEqual(['part 8', 'part 9', `end of 5, size ${SIZE}`, 'page']);
    expect(collect()).toEqual([]);
  });

  test('is dropped with its message where only its beginning was written, and nothing more of it is', () => {
    const { log, seq, collect } = largeLog();
    expect(collect()).toHaveLength(4);
    log.settle(seq);
    expect(collect()).toEqual(['drop']);
    expect(collect()).toEqual([]);
  });

  test('is refused where it cannot be had again to be written, and what is behind it is stored', () => {
    const scratch = new Scratch(temporaryFolder());
    const { log, bodies, seq, collect } = largeLog(scratch);
    const told: string[] = [];
    const publisher = {
      confirmed: (number: number) => told.push(`confirmed ${number}`),
      rejected: (number: number) => told.push(`rejected ${number}`),
    };
    log.confirm(seq, publisher, 1);
    log.confirm(log.append(messageOf({ body: 'behind' }), true), publisher, 2);
    bodies.evict(scratch);
    // As a disk that fails: the system refuses each read from then on.
    scratch.close();
    expect(collect()).toEqual(['page', 'A message of queue 1 cannot be stored: EBADF: bad file descriptor, read']);
    expect(told).toEqual(['rejected 1', 'confirmed 1', 'confirmed 2']);
    expect(collect()).toEqual([]);
    expect([log.ready, log.isSafe(seq)]).toEqual([2, true]);
  });
});

test('of several batches under way each tells the publishers of its own messages', () => {
  const store = new HeldStore();
  const log = newLog(store);
  const pages = new Map<number, PageHeader>();
  const told: number[] = [];
  const publisher = {
    confirmed: (number: number): void => void told.push(number),
    rejected: () => expect.unreachable(),
  };
  const marks = [1, 2].map((number) => {
    log.confirm(log.append(messageOf(), true), publisher, number);
    log.flush(true);
    return [...store.asked][0].collect(countingBatch(pages));
  });
  const [source] = store.asked;
  source.committed(marks[0]);
  expect(told).toEqual([1]);
  source.committed(marks[1]);
  expect(told).toEqual([1, 2]);
});

test('messages of which each has a commit of its own share pages', () => {
  const store = new HeldStore();
  const log = newLog(store);
  const pages = new Map<number, PageHeader>();
  const commit = (): void => {
    log.flush(true);
    for (const source of store.asked) {
      source.committed(source.collect(countingBatch(pages)));
    }
    store.asked.clear();
  };
  const message = messageOf({ body: Buffer.alloc(16) });
  for (let n = 0; n < 200; n++) {
    const seq = log.append(message, true);
    commit();
    // A page goes on though some of it is gone already.
    if (n % 2 === 1) log.settle(seq);
  }
  commit();
  const live = [...pages.values()];
  expect(live.length).toBeLessThan(10);
  expect(live.at(-1)!.last).toBeGreaterThanOrEqual(198);
});
