/** Logs over a real store, in moments that random steps seldom meet. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/recovery/messages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { Logs } from './queue-log.real.ts';

const MiB = 1024 * 1024;

/** Appends messages of `bytes` and returns their sequence numbers. */
function append(logs: Logs, id: number, count: number, bytes: number, stored = true): number[] {
  const message = messageOf({ routingKey: 'k', body: Buffer.alloc(bytes) });
  const seqs = Array.from({ length: count }, () => logs.log(id).append(message, stored));
  if (stored) logs.log(id).flush(false);
  return seqs;
}

test('messages that were settled before they could be written are no backlog', async () => {
  const logs = await Logs.open(temporaryFolder());
  const id = logs.declare();
  // More than a segment: the first goes as a whole.
  for (const seq of append(logs, id, 10_000, 16)) logs.log(id).settle(seq);
  expect(logs.backlog.bytes).toBe(0);
  append(logs, id, 10, 16);
  await logs.committed();
  expect(logs.backlog.bytes).toBe(0);
  await logs.close();
});

test('a stop writes all there is to write, even if that is more than one batch takes', async () => {
  let logs = await Logs.open(temporaryFolder());
  const id = logs.declare();
  append(logs, id, 300, MiB / 20);
  append(logs, id, 1, 16);
  logs = await logs.reopen();
  expect(logs.log(id).ready).toBe(301);
  await logs.close();
});

test('what is to be written is found behind a tail that was replaced by an empty one', async () => {
  const logs = await Logs.open(temporaryFolder());
  const id = logs.declare();
  await logs.committed();
  const seqs = append(logs, id, 9000, 16);
  const told: number[] = [];
  const publisher = { confirmed: (number: number) => told.push(number), rejected: () => expect.unreachable() };
  for (const seq of seqs.slice(0, 8000)) logs.log(id).confirm(seq, publisher, seq);
  for (const seq of seqs.slice(8192)) logs.log(id).settle(seq);
  for (let times = 0; times < 3; times++) logs.evict(id, true);
  await logs.committed();
  expect(told).toEqual(seqs.slice(0, 8000));
  expect(logs.onDisk(id, 0) && logs.onDisk(id, 7999)).toBe(true);
  await logs.close();
});

test('a queue that is stored gives the memory of transient messages to the scratch file', async () => {
  const logs = await Logs.open(temporaryFolder());
  const id = logs.declare();
  const seqs = append(logs, id, 100, MiB / 20, false);
  expect(logs.memory.bytes).toBeGreaterThan(5 * MiB);
  for (let times = 0; times < 2; times++) logs.evict(id, true);
  await logs.committed();
  for (let times = 0; times < 2; times++) logs.evict(id, true);
  expect(logs.memory.bytes).toBeLessThan(MiB);
  expect(seqs.map(() => takeNext(logs, id))).toEqual(seqs);
  await logs.close();
});

test('a small segment that left memory goes on: its messages come in their order, from as few pages', async () => {
  const logs = await Logs.open(temporaryFolder());
  const id = logs.declare();
  const seqs: number[] = [];
  for (let round = 0; round < 8; round++) {
    seqs.push(...append(logs, id, 3, 16));
    await logs.committed();
    logs.evict(id, false);
    expect(logs.memory.bytes).toBe(0);
  }
  expect(logs.rows('page')).toBe(1);
  expect(seqs.map(() => takeNext(logs, id))).toEqual(seqs);
  await logs.close();
});

test('a purge of messages that are partly in memory leaves what is unacked, here and in the store', async () => {
  let logs = await Logs.open(temporaryFolder());
  const id = logs.declare();
  append(logs, id, 3, 16);
  await logs.committed();
  logs.evict(id, false);
  const [, last] = append(logs, id, 2, 16);
  logs.log(id).take(last);
  await logs.committed();
  expect(logs.rows('page')).toBe(1);
  expect(logs.log(id).purge()).toBe(4);
  expect([logs.log(id).ready, logs.log(id).unacked]).toEqual([0, 1]);
  logs = await logs.reopen();
  expect(logs.log(id).ready).toBe(1);
  expect(logs.log(id).peek()).toBe(last);
  await logs.close();
});

function takeNext(logs: Logs, id: number): number {
  const seq = logs.log(id).peek();
  logs.log(id).take(seq);
  return seq;
}
