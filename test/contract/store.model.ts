/** Random batches against a store and against the simplest model of it: after each reopening both hold the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Batch } from '../../src/store/batch.ts';
import type { RecoveredPage } from '../../src/store/stored-records.ts';
import type { Store } from '../../src/store/store.ts';
import { readBody, readPages, readSeen, recover } from '../support/store-reads.ts';
import type { StoreUnderTest } from './store.support.ts';

interface ModelPage extends RecoveredPage {
  readonly data: Buffer;
}

/** What the store should hold. Operations choose among what is there by a random number. */
class Model {
  /** `delivered`: by priority. */
  readonly queues = new Map<number, { readonly vhost: string; readonly delivered: Map<number, number> }>();
  readonly pages = new Map<number, ModelPage>();
  readonly bodies = new Map<number, Buffer>();
  readonly seen = new Map<number, { readonly newest: number; readonly keys: Buffer }[]>();
  nextQueueId = 1;

  pick<Value>(values: Iterable<Value>, choice: number): Value | undefined {
    const all = [...values];
    return all[choice % Math.max(all.length, 1)];
  }

  dropPages(of: (page: ModelPage) => boolean): void {
    for (const page of this.pages.values()) if (of(page)) this.pages.delete(page.id);
  }

  deleteQueue(id: number): void {
    this.queues.delete(id);
    this.seen.delete(id);
    this.dropPages((page) => page.queueId === id);
  }
}

const OPERATIONS = [
  'page',
  'page',
  'page',
  'extendPage',
  'settle',
  'redelivered',
  'dropPage',
  'dropPages',
  'body',
  'dropBody',
  'delivered',
  'seen',
  'forgetSeen',
] as const;
const CHANGES = ['put-queue', 'put-queue', 'delete-queue', 'delete-vhost'] as const;

type Operation = readonly [(typeof OPERATIONS)[number], choice: number, size: number];
type Change = readonly [(typeof CHANGES)[number], choice: number];
interface Step {
  readonly changes: readonly Change[];
  readonly operations: readonly Operation[];
  readonly then: 'go on' | 'wait' | 'reopen';
}

const choice = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.record({
  changes: fc.array(fc.tuple(fc.constantFrom(...CHANGES), choice), { maxLength: 2 }),
  operations: fc.array(
    fc.tuple(fc.constantFrom(...OPERATIONS), choice, fc.oneof(fc.nat(40), fc.nat(9000), fc.nat(1_200_000))),
    { maxLength: 8 },
  ),
  then: fc.constantFrom('go on', 'go on', 'go on', 'wait', 'reopen'),
});

export function modelTest(under: StoreUnderTest): void {
  const { modelRuns: numRuns = 25 } = under;
  it('holds what a simple model holds, after any batches and reopenings', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const model = new Model();
        let store = await under.open();
        store.recover();
        for (const { changes, operations, then } of [...steps, { changes: [], operations: [], then: 'reopen' }]) {
          for (const change of changes) applyChange(store, model, change);
          const collected = Promise.withResolvers<void>();
          const written = Promise.withResolvers<void>();
          const collect = (batch: Batch) => {
            for (const operation of operations) applyOperation(store, batch, model, operation);
            collected.resolve();
          };
          store.schedule({ collect, committed: () => written.resolve() }, true);
          // Without waiting for the commit, the next step collects while this one is written.
          await (then === 'go on' ? collected : written).promise;
          if (then === 'reopen') {
            store = await under.reopen(store);
            expect(await describeStore(store)).toEqual(describeModel(model));
            expect(store.nextQueueId()).toBeGreaterThanOrEqual(model.nextQueueId);
          }
        }
        await store.close();
      }),
      { numRuns, seed: 20240917, endOnFailure: false },
    );
  });
}

function applyChange(store: Store, model: Model, [op, choice]: Change): void {
  const vhost = `v${choice % 2}`;
  switch (op) {
    case 'put-queue': {
      const id = model.nextQueueId++;
      model.queues.set(id, { vhost, delivered: new Map() });
      store.change({
        op,
        record: { id, vhost, name: `q${id}`, autoDelete: false, arguments: Buffer.alloc(choice % 3) },
      });
      break;
    }
    case 'delete-queue': {
      const id = model.pick(model.queues.keys(), choice);
      if (id === undefined) break;
      model.deleteQueue(id);
      store.change({ op, id, vhost: 'v', name: `q${id}`, boundFrom: [] });
      break;
    }
    case 'delete-vhost':
      for (const [id, queue] of model.queues) if (queue.vhost === vhost) model.deleteQueue(id);
      store.change({ op, name: vhost });
      break;
  }
}

function applyOperation(store: Store, batch: Batch, model: Model, [op, choice, size]: Operation): void {
  const queueId = model.pick(model.queues.keys(), choice);
  const pageId = model.pick(model.pages.keys(), choice);
  const bodyId = model.pick(model.bodies.keys(), choice);
  if (op === 'body') {
    const id = store.nextBodyId();
    const data = Buffer.alloc(size, choice & 255);
    const start = choice % (size + 1);
    if (start > 0) batch.bodyPart(id, 0, data.subarray(0, start));
    batch.body(id, data.subarray(start), size);
    model.bodies.set(id, data);
  } else if (op === 'dropBody' && bodyId !== undefined) {
    batch.dropBody(bodyId);
    model.bodies.delete(bodyId);
  } else if (op === 'extendPage' && pageId !== undefined) {
    const page = model.pages.get(pageId)!;
    if (page.bodies !== undefined) return;
    const [count, data] = [1 + (choice % 9), Buffer.alloc(size % 5000, choice & 255)];
    const [first, last] = [page.last + 1, page.last + count];
    const { queueId: ofQueue, base } = page;
    const added = size % 4 === 0 ? undefined : size;
    batch
      .extendPage({ id: pageId, queueId: ofQueue, base, first, last, count, bodyBytes: added }, data.length)
      .set(data);
    const bodyBytes = page.bodyBytes === undefined || added === undefined ? undefined : page.bodyBytes + added;
    const whole = { last, count: page.count + count, bytes: page.bytes + data.length, bodyBytes };
    model.pages.set(pageId, { ...page, ...whole, data: Buffer.concat([page.data, data]) });
  } else if (op === 'settle' && pageId !== undefined) {
    const settled = Uint8Array.of(choice & 255, size & 255);
    batch.settle(pageId, settled);
    model.pages.set(pageId, { ...model.pages.get(pageId)!, settled });
  } else if (op === 'redelivered' && pageId !== undefined) {
    const redelivered = Float64Array.of(choice, size, choice * 2 ** 40);
    batch.redelivered(pageId, redelivered);
    model.pages.set(pageId, { ...model.pages.get(pageId)!, redelivered });
  } else if (op === 'dropPage' && pageId !== undefined) {
    batch.dropPage(pageId);
    model.pages.delete(pageId);
  } else if (op === 'dropPages' && queueId !== undefined) {
    batch.dropPages(queueId);
    model.dropPages((page) => page.queueId === queueId);
  } else if (op === 'delivered' && queueId !== undefined) {
    const priority = size % 3;
    batch.delivered(queueId, priority, choice);
    model.queues.get(queueId)!.delivered.set(priority, choice);
  } else if (op === 'seen' && queueId !== undefined) {
    const keys = Buffer.alloc(size, choice & 255);
    batch.seen({ queueId, newest: choice, count: 1 }, size).set(keys);
    model.seen.set(queueId, [...(model.seen.get(queueId) ?? []), { newest: choice, keys }]);
  } else if (op === 'forgetSeen' && queueId !== undefined) {
    const before = size % 1000;
    batch.forgetSeen(queueId, before);
    model.seen.set(queueId, model.seen.get(queueId)?.filter(({ newest }) => newest >= before) ?? []);
  } else if (op === 'page' && queueId !== undefined) {
    const id = store.nextPageId();
    const bodies = choice % 4 === 0 ? Float64Array.of(0, choice) : undefined;
    const bodyBytes = size % 3 === 0 ? undefined : choice * 2 ** 20;
    const header = { id, queueId, base: choice, first: choice + 1, last: choice + 9, count: 9, bodyBytes };
    const full = { ...header, ...(bodies === undefined ? undefined : { bodies }) };
    const data = Buffer.alloc(size, (choice * 7) & 255);
    batch.page(full, size).set(data);
    model.pages.set(id, { ...full, bytes: size, data });
  }
}

async function describeStore(store: Store): Promise<object> {
  const state = await recover(store);
  const ids = state.pages.map((page) => page.id);
  const data = await readPages(store, ids);
  const seen = await Promise.all(state.queues.map(({ id }) => readSeen(store, id)));
  const bodies = await Promise.all(
    Array.from(state.bodies, async ([id, bytes]) => [id, [bytes, digest(await readBody(store, id))]] as const),
  );
  return {
    queues: state.queues.map(({ id, vhost, delivered, deliveredByPriority }) => [
      id,
      vhost,
      delivered,
      deliveredByPriority?.get(1),
      deliveredByPriority?.get(2),
    ]),
    seen: seen.map((keys) => keys.map(digest)),
    pages: state.pages.map((page, n) => pageRow({ ...page, data: data[n] })),
    bodies: new Map(bodies),
  };
}

function describeModel(model: Model): object {
  const pages = [...model.pages.values()];
  pages.sort((a, b) => a.queueId - b.queueId || a.first - b.first || a.id - b.id);
  return {
    queues: [...model.queues].map(([id, { vhost, delivered: byPriority }]) => [
      id,
      vhost,
      byPriority.get(0) ?? 0,
      byPriority.get(1),
      byPriority.get(2),
    ]),
    seen: [...model.queues.keys()].map((id) => model.seen.get(id)?.map(({ keys }) => digest(keys)) ?? []),
    pages: pages.map(pageRow),
    bodies: new Map([...model.bodies].map(([id, data]) => [id, [data.length, digest(data)]])),
  };
}

function pageRow({ settled, data, ...page }: ModelPage): object {
  return { ...page, settled: settled && [...settled], data: digest(data) };
}

/** Short enough for a readable difference: the length, and whether all bytes are the first. */
function digest(data: Buffer): string {
  return `${data.length} x ${data[0]} ${data.equals(Buffer.alloc(data.length, data[0] ?? 0))}`;
}
