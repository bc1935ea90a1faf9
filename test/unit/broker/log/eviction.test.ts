/** What leaves memory of a store that answers later stays at hand in the scratch file. */
import { expect, test } from 'vitest';
import { Backlog } from '../../../../src/broker/flow/backlog.ts';
import { BodyStore } from '../../../../src/broker/log/body-store.ts';
import { QueueLog } from '../../../../src/broker/log/log.ts';
import { NOT_YET } from '../../../../src/broker/log/message-log.ts';
import { SpareConfirms } from '../../../../src/broker/log/waiting-confirms.ts';
import { Scratch } from '../../../../src/store/scratch.ts';
import { type Answer, type Store, StoreError } from '../../../../src/store/store.ts';
import { turn } from '../../../contract/store.support.ts';
import { LateStore } from '../../../support/late-store.ts';
import { DurableStore } from '../../../support/durable-store.ts';
import { unlimitedMemory } from '../../../support/recovery/memory-budget.ts';
import { messageOf } from '../../../support/recovery/messages.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Takes nothing. */
class FullScratch extends Scratch {
  override write(): never {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  }
}

/** Has what it was given, and cannot read it. */
class UnreadableStore extends DurableStore {
  asked = 0;

  override readPages(_pageIds: readonly number[], answer: Answer<Buffer<ArrayBuffer>[]>): void {
    this.asked++;
    answer(new StoreError('damaged'));
  }
}

/** What the log has for the store is there, or passed by. */
function written(log: QueueLog, store: Store): Promise<void> {
  log.flush(true);
  return new Promise((resolve) => store.afterCommit(resolve));
}

/** The log of a queue whose messages are stored and out of memory. */
async function evictedLog(store: Store, scratch: Scratch | undefined): Promise<QueueLog> {
  const memory = unlimitedMemory(scratch);
  const bodies = new BodyStore(store, memory);
  const log = new QueueLog(
    { store, bodies, memory, backlog: new Backlog(), spareConfirms: new SpareConfirms() },
    store.nextQueueId(),
  );
  for (let n = 0; n < 10; n++) log.append(messageOf({ routingKey: 'k', body: `${n}` }), true);
  await written(log, store);
  for (let times = 0; times < 2; times++) log.evict(undefined);
  expect(memory.bytes).toBe(0);
  return log;
}

test('messages of a store that answers later are had again at once', async () => {
  const store = new LateStore(new DurableStore());
  const log = await evictedLog(store, new Scratch(temporaryFolder()));
  expect(log.peek()).toBe(0);
  expect(log.bodySize(9)).toBe(1);
});

test.each([
  ['no scratch file', () => undefined],
  ['no room in it', () => new FullScratch(temporaryFolder())],
])('they come from the store if there is %s', async (_, scratch) => {
  const log = await evictedLog(new LateStore(new DurableStore()), scratch());
  expect(log.peek()).toBe(NOT_YET);
});

test('a store that answers at once is read, and nothing is written twice', async () => {
  const log = await evictedLog(new DurableStore(), new FullScratch(temporaryFolder()));
  expect(log.peek()).toBe(0);
});

test.each([
  ['at once', (store: UnreadableStore): Store => store],
  ['later', (store: UnreadableStore): Store => new LateStore(store)],
])('what cannot be read, as a store says %s, is not read again only to be put elsewhere', async (_, answering) => {
  const store = new UnreadableStore();
  const log = await evictedLog(answering(store), undefined);
  const told: string[] = [];
  log.owner = { loaded: () => undefined, unreadable: ({ message }) => told.push(message) };
  // Behind what is out of memory: the scratch file takes both or none.
  log.append(messageOf({ routingKey: 'k', body: 'transient' }), false);
  await written(log, store);
  const scratch = new Scratch(temporaryFolder());
  for (let times = 0; times < 4; times++) {
    log.evict(scratch);
    await turn();
  }
  expect([store.asked, told]).toEqual([1, ['damaged']]);
});
