/** What every store promises (src/store/store.ts, batch.ts, records.ts), run against each of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LogSource, type Store, StoreError } from '../../src/store/store.ts';
import { contentContract } from './store.content.ts';
import { modelTest } from './store.model.ts';
import { changed, commit, NONE, page, queue, Script, type StoreUnderTest, turn } from './store.support.ts';
import { topologyContract } from './store.topology.ts';
import { load, readBody, readPages, readSeen, recover } from '../support/store-reads.ts';

/** The store of the running test, which is closed after it. */
interface StoreOfTest {
  readonly current: Store;
  /** Closes and opens it. */
  readonly reopened: () => Promise<Store>;
  /** What it has, opened again. */
  readonly recovered: () => ReturnType<typeof recover>;
}

function storeOfTest(under: StoreUnderTest): StoreOfTest {
  let store: Store;
  beforeEach(async () => {
    store = await under.open();
    store.recover();
  });
  afterEach(() => store.close());
  return {
    get current() {
      return store;
    },
    reopened: async () => (store = await under.reopen(store)),
    recovered: async () => recover((store = await under.reopen(store))),
  };
}

/** `rows`: the same store in a form that opens faster, for the tests of what is in it. */
export function storeContract(under: StoreUnderTest, rows = under): void {
  describe('rows', () => {
    const opened = storeOfTest(rows);
    topologyContract(() => opened.current, opened.recovered);
    contentContract(() => opened.current, opened.recovered);
  });
  describe('commits', () => commitContract(under));
  modelTest(under);
}

function commitContract(under: StoreUnderTest): void {
  const opened = storeOfTest(under);
  let store: Store;

  beforeEach(() => {
    store = opened.current;
  });

  async function recovered() {
    const state = await opened.recovered();
    store = opened.current;
    return state;
  }

  it('is fresh at first', async () => {
    expect((await under.open()).recover().fresh).toBe(true);
  });

  it('says of which logs there are messages, and loads those that are asked for', async () => {
    await changed(store, ...[1, 2, 3].map((id) => ({ op: 'put-queue', record: queue(id) }) as const));
    await commit(store, (batch) => {
      for (const id of [3, 1]) page(store, batch, id, 10 * id);
      batch.delivered(2, 0, 7);
    });
    store = await opened.reopened();
    expect(store.recover().logs.toSorted()).toEqual([1, 3]);
    const loaded = async (...ids: number[]): Promise<unknown> =>
      Array.from(await load(store, ids), ([id, { pages, delivered }]) => [
        id,
        pages.map(({ first }) => first),
        delivered,
      ]);
    expect(await loaded(3, 2)).toEqual([
      [3, [30], 0],
      [2, [], 7],
    ]);
    expect(await loaded(1)).toEqual([[1, [10], 0]]);
  });

  describe('ids', () => {
    it('are not given twice, even where everything that used them is gone', async () => {
      const used = new Set<number>();
      for (let round = 0; round < 3; round++) {
        await commit(store, (batch) => batch.dropPage(page(store, batch, 1, 0)));
        const id = store.nextPageId();
        expect(used.has(id)).toBe(false);
        used.add(id);
        await commit(store, (batch) => batch.body(store.nextBodyId(), NONE));
        await recovered();
      }
    });

    it('are not given twice after very many of them', async () => {
      for (let n = 0; n < 1_100_000; n++) {
        store.nextPageId();
        store.nextBodyId();
        if (n === 5) await commit(store, (batch) => page(store, batch, 1, 0));
      }
      const [lastPage, lastBody] = [store.nextPageId(), store.nextBodyId()];
      await commit(store, (batch) => batch.dropPage(lastPage));
      await recovered();
      expect(store.nextPageId()).toBeGreaterThan(lastPage);
      expect(store.nextBodyId()).toBeGreaterThan(lastBody);
    });
  });

  describe('batches', () => {
    it('are collected once, after the turn in which they were scheduled', async () => {
      const log = new Script();
      store.schedule(log, true);
      store.schedule(log, false);
      store.schedule(log, true);
      await Promise.resolve();
      expect(log.heard).toEqual([]);
      await changed(store);
      expect(log.heard).toEqual(['collect', 'committed']);
    });

    it('are not collected again without being scheduled again', async () => {
      const log = new Script();
      await changed(store, { op: 'put-queue', record: queue(1) });
      store.schedule(log, true);
      await changed(store);
      await changed(store, { op: 'put-queue', record: queue(2) });
      expect(log.heard).toEqual(['collect', 'committed']);
    });

    it('have a log told of one before it is asked for the next', async () => {
      const log = new Script();
      log.next((batch) => {
        batch.body(store.nextBodyId(), NONE);
        store.schedule(log, true);
      });
      log.next((batch) => batch.body(store.nextBodyId(), NONE));
      store.schedule(log, true);
      await turn();
      await changed(store);
      expect(log.heard).toEqual(['collect', 'committed', 'collect', 'committed']);
    });

    it('are readable when their logs are told', async () => {
      let id = 0;
      await new Promise<void>((resolve) => {
        const log: LogSource = {
          collect: (batch) => (id = page(store, batch, 1, 3)),
          committed: () => resolve(readPages(store, [id]).then(([data]) => expect(data[0]).toBe(3))),
        };
        store.schedule(log, true);
      });
    });

    it('commit in order', async () => {
      const order: number[] = [];
      const commits: Promise<void>[] = [];
      for (let n = 0; n < 50; n++) {
        const written = commit(store, (batch) => page(store, batch, 1, n));
        commits.push(written.then(() => void order.push(n)));
        if (n % 3 === 0) await turn();
      }
      await Promise.all(commits);
      expect(order).toEqual(Array.from({ length: 50 }, (_, n) => n));
      expect((await recovered()).pages.map((row) => row.first)).toEqual(order);
    });

    it('go on where a log or a callback throws, which is told', async () => {
      const faults: unknown[] = [];
      store.onFault((error) => faults.push((error as Error).message));
      const fail = (what: string) => () => {
        throw new Error(what);
      };
      store.schedule({ collect: fail('collect'), committed: fail('never called') }, true);
      store.schedule({ collect: () => undefined, committed: fail('committed') }, true);
      const other = new Script();
      store.schedule(other, true);
      store.afterCommit(fail('callback'));
      await changed(store);
      expect(faults).toEqual(['collect', 'committed', 'callback']);
      expect(other.heard).toEqual(['collect', 'committed']);
      await commit(store, (batch) => page(store, batch, 1, 0));
      expect((await recovered()).pages).toHaveLength(1);
    });

    it('have nothing of what a log had no memory for, and all that others write before it and behind it', async () => {
      store.onFault(() => {});
      const tooLarge = Number.MAX_SAFE_INTEGER;
      const written = [commit(store, (batch) => page(store, batch, 1, 0))];
      store.schedule(
        new Script().next((batch) => page(store, batch, 1, 10, tooLarge)),
        true,
      );
      store.schedule(
        new Script().next((batch) => batch.seen({ queueId: 1, newest: 1, count: 1 }, tooLarge)),
        true,
      );
      written.push(commit(store, (batch) => page(store, batch, 1, 20)));
      await Promise.all(written);
      expect((await recovered()).pages.map((row) => row.first)).toEqual([0, 20]);
      expect(await readSeen(store, 1)).toEqual([]);
    });

    it('do not hold a log that was unscheduled', async () => {
      const [gone, kept] = [new Script(), new Script()];
      store.schedule(gone, true);
      store.schedule(kept, true);
      store.unschedule(gone);
      await changed(store);
      expect([gone.heard, kept.heard]).toEqual([[], ['collect', 'committed']]);
    });

    it('take changes before what the logs write', async () => {
      const written = commit(store, (batch) => {
        page(store, batch, 1, 0);
        batch.delivered(1, 0, 4);
      });
      store.change({ op: 'put-queue', record: queue(1) });
      await written;
      expect((await recovered()).queues.map((row) => row.delivered)).toEqual([4]);
    });
  });

  describe('a log that is not urgent', () => {
    let patient: Store;

    beforeEach(async () => {
      patient = await under.open({ lazyMs: 3_600_000 });
      patient.recover();
    });

    afterEach(() => patient.close());

    it('waits for company', async () => {
      const log = new Script();
      patient.schedule(log, false);
      await turn();
      await turn();
      expect(log.heard).toEqual([]);
      await commit(patient, (batch) => page(patient, batch, 1, 0));
      expect(log.heard).toEqual(['collect', 'committed']);
    });

    it('is not kept waiting by a caller that waits for it', async () => {
      const log = new Script();
      patient.schedule(log, false);
      await changed(patient);
      expect(log.heard).toEqual(['collect', 'committed']);
    });

    it('is committed by close', async () => {
      const log = new Script().next((batch) => page(patient, batch, 1, 0));
      patient.schedule(log, false);
      await patient.close();
      expect(log.heard).toEqual(['collect', 'committed']);
    });

    it('is committed without company in the end', async () => {
      const written = new Promise<void>((resolve) => {
        store.schedule({ collect: (batch) => void page(store, batch, 1, 0), committed: resolve }, false);
      });
      await written;
      expect((await recovered()).pages).toHaveLength(1);
    });
  });

  describe('afterCommit', () => {
    it('calls back in the same call when nothing is to be committed', async () => {
      let calls = 0;
      store.afterCommit(() => calls++);
      expect(calls).toBe(1);
      await changed(store, { op: 'put-queue', record: queue(1) });
      store.afterCommit(() => calls++);
      expect(calls).toBe(2);
    });

    it('calls back in the same call from a log that is told of its commit', async () => {
      let calls = 0;
      await commit(store, (batch) => batch.body(store.nextBodyId(), NONE));
      await new Promise<void>((resolve) => {
        store.schedule(
          {
            collect: (batch) => batch.body(store.nextBodyId(), NONE),
            committed: () => {
              store.afterCommit(() => calls++);
              expect(calls).toBe(1);
              resolve();
            },
          },
          true,
        );
      });
    });

    it('waits for a change, a log and the running batch, and comes after the logs were told', async () => {
      const log = new Script().next((batch) => page(store, batch, 1, 0));
      const order: string[] = [];
      store.change({ op: 'put-queue', record: queue(1) });
      store.afterCommit(() => order.push('change'));
      store.schedule(log, true);
      store.afterCommit(() => order.push(`log ${log.heard.join()}`));
      expect(order).toEqual([]);
      // From inside the batch: it runs, and nothing else is said.
      const inside = new Promise<void>((resolve) => {
        store.schedule(
          {
            collect: (batch) => {
              batch.body(store.nextBodyId(), NONE);
              store.afterCommit(() => {
                order.push('running');
                resolve();
              });
            },
            committed: () => order.push('told'),
          },
          true,
        );
      });
      await inside;
      expect(order).toEqual(['told', 'change', 'log collect,committed', 'running']);
    });
  });

  describe('close', () => {
    it('commits everything said before', async () => {
      let called = false;
      store.change({ op: 'put-queue', record: queue(1) });
      const log = new Script().next((batch) => page(store, batch, 1, 0));
      store.schedule(log, false);
      store.afterCommit(() => (called = true));
      await store.close();
      expect([called, ...log.heard]).toEqual([true, 'collect', 'committed']);
    });

    it('answers what was asked before', async () => {
      await commit(store, (batch) => batch.body(7, Buffer.from('a body')));
      const body = readBody(store, 7);
      await store.close();
      expect((await body).toString()).toBe('a body');
    });

    it('leaves the store unusable, and may be called again', async () => {
      await store.close();
      await store.close();
      expect(() => store.change({ op: 'delete-queue', id: 1, vhost: 'v', name: 'q', boundFrom: [] })).toThrow(
        StoreError,
      );
      expect(() => store.schedule(new Script(), true)).toThrow(StoreError);
      await expect(readBody(store, 1)).rejects.toThrow(StoreError);
    });
  });
}
