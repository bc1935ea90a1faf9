/** What every store promises of what queues hold: pages of messages, bodies kept apart, keys that were seen. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Batch } from '../../src/store/batch.ts';
import { type Store, StoreError } from '../../src/store/store.ts';
import { readBody, readPages, readSeen, type Recovered } from '../support/store-reads.ts';
import { changed, commit, NONE, page, queue } from './store.support.ts';

export function contentContract(store: () => Store, recovered: () => Promise<Recovered>): void {
  describe('pages', () => {
    beforeEach(() => changed(store(), { op: 'put-queue', record: queue(1) }, { op: 'put-queue', record: queue(2) }));

    it('come back with their header, in the order of queue and sequence number', async () => {
      const ids: number[] = [];
      await commit(store(), (batch) => {
        ids.push(page(store(), batch, 2, 100), page(store(), batch, 1, 50, 33), page(store(), batch, 1, 10));
      });
      const bodies = Float64Array.of(0, 7, 9, 2 ** 52);
      const id = store().nextPageId();
      await commit(store(), (batch) => {
        const header = { id, queueId: 1, base: 2 ** 40, first: 2 ** 40 + 5, last: 2 ** 40 + 90, count: 3, bodies };
        batch.page(header, 4).set([1, 2, 3, 4]);
      });
      const state = await recovered();
      expect(state.pages.map((row) => row.id)).toEqual([ids[2], ids[1], id, ids[0]]);
      expect(state.pages[1]).toEqual({ id: ids[1], queueId: 1, base: 0, first: 50, last: 59, count: 10, bytes: 33 });
      expect(state.pages[2]).toEqual({
        id,
        queueId: 1,
        base: 2 ** 40,
        first: 2 ** 40 + 5,
        last: 2 ** 40 + 90,
        count: 3,
        bytes: 4,
        bodies,
      });
      expect((await readPages(store(), [id]))[0]).toEqual(Buffer.of(1, 2, 3, 4));
    });

    it('are read in the order asked for, once committed, whatever their size', async () => {
      const sizes = [0, 1, 5000, 3_000_000, 700_000, 700_000, 2_000_000, 17];
      const ids: number[] = [];
      for (let round = 0; round < 3; round++) {
        await commit(store(), (batch) => {
          for (const size of sizes) ids.push(page(store(), batch, 1, ids.length, size));
        });
      }
      const order = ids.toReversed();
      const expected = order.map((id) => Buffer.alloc(sizes[ids.indexOf(id) % sizes.length], ids.indexOf(id)));
      const compare = (read: readonly Buffer[]) => read.every((data, n) => data.equals(expected[n]));
      expect(compare(await readPages(store(), order))).toBe(true);
      await recovered();
      expect(compare(await readPages(store(), order))).toBe(true);
    });

    it('are extended by records that come later, in a batch of their own or in the same', async () => {
      const added = (id: number, first: number, count: number) =>
        ({ id, queueId: 1, base: 0, first, last: first + count - 1, count }) as const;
      let [id, other] = [0, 0];
      await commit(store(), (batch) => {
        id = page(store(), batch, 1, 10, 4);
        other = page(store(), batch, 1, 40, 2);
        batch.settle(id, Uint8Array.of(3, 0));
      });
      await commit(store(), (batch) => {
        batch.extendPage(added(id, 20, 2), 3).set([1, 2, 3]);
        batch.extendPage(added(id, 25, 1), 1).set([4]);
      });
      const { pages } = await recovered();
      const header = { id, queueId: 1, base: 0, first: 10, last: 25, count: 13, bytes: 8 };
      expect(pages).toEqual([expect.objectContaining(header), expect.objectContaining({ id: other })]);
      expect([...pages[0].settled!]).toEqual([3, 0]);
      expect(await readPages(store(), [id, other])).toEqual([Buffer.of(10, 10, 10, 10, 1, 2, 3, 4), Buffer.of(40, 40)]);
    });

    it('take more operations in a batch than a first guess allows', async () => {
      const ids: number[] = [];
      await commit(store(), (batch) => {
        for (let n = 0; n < 3000; n++) ids.push(page(store(), batch, 1, n, 3));
        for (const id of ids.slice(0, 1000)) batch.dropPage(id);
        for (const id of ids.slice(1000, 2000)) batch.settle(id, Uint8Array.of(id & 255));
      });
      const { pages } = await recovered();
      expect(pages.map((row) => row.id)).toEqual(ids.slice(1000));
      expect(pages.map((row) => row.settled?.[0])).toEqual(
        ids.slice(1000).map((id, n) => (n < 1000 ? id & 255 : undefined)),
      );
    });

    it("are handed out as buffers that are the caller's", async () => {
      let id = 0;
      await commit(store(), (batch) => (id = page(store(), batch, 1, 10, 4)));
      const read = async () => (await readPages(store(), [id]))[0];
      (await read()).fill(0);
      expect(await read()).toEqual(Buffer.of(10, 10, 10, 10));
    });

    it('that the store does not have are a StoreError', async () => {
      await expect(readPages(store(), [4711])).rejects.toThrow(StoreError);
    });

    it('keep the last bitmap that was settled, and lose it with the page', async () => {
      let [first, second, third] = [0, 0, 0];
      const bitmap = Uint8Array.of(1, 2);
      await commit(store(), (batch) => {
        first = page(store(), batch, 1, 0);
        second = page(store(), batch, 1, 10);
        third = page(store(), batch, 1, 20);
        batch.settle(first, bitmap);
        bitmap.fill(0);
        batch.settle(second, Uint8Array.of(4));
      });
      await commit(store(), (batch) => {
        batch.settle(second, Uint8Array.of(255, 3));
        batch.settle(third, Uint8Array.of(9));
        batch.dropPage(third);
        batch.settle(third, Uint8Array.of(10));
      });
      const state = await recovered();
      expect(state.pages.map((row) => [row.id, [...(row.settled ?? [])]])).toEqual([
        [first, [1, 2]],
        [second, [255, 3]],
      ]);
    });

    it('keep the last that was said of what was delivered again, and lose it with the page', async () => {
      let [first, second, third] = [0, 0, 0];
      const messages = Float64Array.of(3, 2, 1_800_000_000_000, 7, 4, 0);
      await commit(store(), (batch) => {
        first = page(store(), batch, 1, 0);
        second = page(store(), batch, 1, 10);
        third = page(store(), batch, 1, 20);
        batch.redelivered(first, messages);
        messages.fill(0);
        batch.redelivered(second, Float64Array.of(1, 2, 0));
        batch.settle(second, Uint8Array.of(4));
      });
      await commit(store(), (batch) => {
        batch.redelivered(second, Float64Array.of(1, 3, 2 ** 52));
        batch.redelivered(third, Float64Array.of(9, 2, 0));
        batch.dropPage(third);
        batch.redelivered(third, Float64Array.of(9, 3, 0));
      });
      const state = await recovered();
      expect(state.pages.map((row) => [row.id, row.redelivered, row.settled?.[0]])).toEqual([
        [first, Float64Array.of(3, 2, 1_800_000_000_000, 7, 4, 0), undefined],
        [second, Float64Array.of(1, 3, 2 ** 52), 4],
      ]);
    });

    it('drop those a queue had in the store and earlier in the batch, not the later ones', async () => {
      let [later, other] = [0, 0];
      await commit(store(), (batch) => {
        batch.settle(page(store(), batch, 1, 0), Uint8Array.of(1));
        other = page(store(), batch, 2, 0);
      });
      await commit(store(), (batch) => {
        page(store(), batch, 1, 10);
        batch.dropPages(1);
        later = page(store(), batch, 1, 20);
      });
      expect((await recovered()).pages.map((row) => row.id)).toEqual([later, other]);
    });

    it('go with their queue, which leaves bodies, and the bindings of others', async () => {
      const binding = {
        vhost: '/',
        source: 'x',
        destinationType: 'queue',
        destination: 'q1',
        routingKey: '',
        arguments: NONE,
      } as const;
      await changed(store(), { op: 'put-binding', record: binding });
      let kept = 0;
      await commit(store(), (batch) => {
        batch.settle(page(store(), batch, 1, 0), Uint8Array.of(1));
        kept = page(store(), batch, 2, 0);
        batch.body(1, Uint8Array.of(1));
      });
      await changed(store(), { op: 'delete-queue', id: 1, vhost: 'v', name: 'q', boundFrom: [] });
      const state = await recovered();
      expect(state.pages.map((row) => row.id)).toEqual([kept]);
      expect(state.queues.map((row) => row.id)).toEqual([2]);
      expect(state.bindings).toHaveLength(1);
      expect(state.bodies).toEqual(new Map([[1, 1]]));
    });

    it('stay with a queue that is put again, as does what was delivered', async () => {
      let kept = 0;
      await commit(store(), (batch) => {
        kept = page(store(), batch, 1, 0);
        batch.delivered(1, 0, 5);
        batch.delivered(2, 0, 2 ** 45);
      });
      await changed(store(), { op: 'put-queue', record: { ...queue(1), arguments: Uint8Array.of(1) } });
      const state = await recovered();
      expect(state.pages.map((row) => row.id)).toEqual([kept]);
      expect(state.queues.map((row) => [row.arguments.length, row.delivered])).toEqual([
        [1, 5],
        [0, 2 ** 45],
      ]);
    });

    it('were delivered from each priority as far as was said last', async () => {
      await commit(store(), (batch) => {
        for (const priority of [0, 1, 255]) batch.delivered(1, priority, priority * 2 ** 44 + 5);
        batch.delivered(2, 7, 70);
      });
      await commit(store(), (batch) => batch.delivered(1, 255, 255 * 2 ** 44 + 6));
      await changed(store(), { op: 'put-queue', record: { ...queue(1), arguments: Uint8Array.of(1) } });
      const byPriority = [
        [1, 2 ** 44 + 5],
        [255, 255 * 2 ** 44 + 6],
      ] as const;
      expect((await recovered()).queues).toMatchObject([
        { delivered: 5, deliveredByPriority: new Map(byPriority) },
        { delivered: 0, deliveredByPriority: new Map([[7, 70]]) },
      ]);
      await changed(
        store(),
        { op: 'delete-queue', id: 1, vhost: 'v', name: 'q', boundFrom: [] },
        { op: 'put-queue', record: queue(1) },
      );
      const again = (await recovered()).queues.find(({ id }) => id === 1)!;
      expect([again.delivered, again.deliveredByPriority]).toEqual([0, undefined]);
    });

    it('were delivered from no queue that is not there', async () => {
      await commit(store(), (batch) => batch.delivered(8, 0, 5));
      await changed(store(), { op: 'put-queue', record: { ...queue(8), name: 'late' } });
      expect((await recovered()).queues.find(({ id }) => id === 8)!.delivered).toBe(0);
    });

    it('go with a queue whose name another takes', async () => {
      let kept = 0;
      await commit(store(), (batch) => {
        page(store(), batch, 1, 0);
        kept = page(store(), batch, 2, 0);
      });
      await changed(store(), { op: 'put-queue', record: queue(3, 'q1') });
      const state = await recovered();
      expect(state.queues.map((row) => row.id)).toEqual([2, 3]);
      expect(state.pages.map((row) => row.id)).toEqual([kept]);
    });
  });

  describe('bodies', () => {
    beforeEach(() => {
      for (let id = 1; id <= 7; id++) expect(store().nextBodyId()).toBe(id);
    });

    it('are copied when they are given, and read back', async () => {
      const small = Buffer.from('small');
      const large = Buffer.alloc(5_000_000, 'large');
      await commit(store(), (batch) => {
        batch.body(1, small);
        small.fill(0);
        batch.body(2, large);
        batch.body(3, NONE);
        batch.body(4, small);
      });
      await commit(store(), (batch) => batch.dropBody(4));
      const state = await recovered();
      expect(state.bodies).toEqual(
        new Map([
          [1, 5],
          [2, 5_000_000],
          [3, 0],
        ]),
      );
      expect((await readBody(store(), 1)).toString()).toBe('small');
      expect((await readBody(store(), 2)).equals(large)).toBe(true);
      expect(await readBody(store(), 3)).toHaveLength(0);
      await expect(readBody(store(), 4)).rejects.toThrow(StoreError);
    });

    it('come in parts, in one batch or in several, and are there with their end', async () => {
      const whole = Buffer.from(Array.from({ length: 9000 }, (_, n) => n >>> 3));
      await commit(store(), (batch) => {
        batch.bodyPart(1, 0, whole.subarray(0, 4000));
        batch.bodyPart(2, 0, whole.subarray(0, 1));
        batch.bodyPart(1, 4000, whole.subarray(4000, 8000));
        batch.body(1, whole.subarray(8000), 9000);
      });
      await commit(store(), (batch) => batch.body(2, whole.subarray(1), 9000));
      const state = await recovered();
      expect([...state.bodies].sort()).toEqual([
        [1, 9000],
        [2, 9000],
      ]);
      for (const id of [1, 2]) expect((await readBody(store(), id)).equals(whole)).toBe(true);
      await commit(store(), (batch) => batch.dropBody(1));
      expect((await recovered()).bodies).toEqual(new Map([[2, 9000]]));
    });

    it('whose end did not come are known by their number, to be dropped', async () => {
      await commit(store(), (batch) => {
        batch.bodyPart(7, 0, Buffer.alloc(10));
        batch.bodyPart(7, 10, Buffer.alloc(10));
      });
      expect((await recovered()).bodies).toEqual(new Map([[7, 0]]));
      await commit(store(), (batch) => batch.dropBody(7));
      expect((await recovered()).bodies.size).toBe(0);
    });
  });

  describe('keys', () => {
    beforeEach(() => changed(store(), { op: 'put-queue', record: queue(1) }, { op: 'put-queue', record: queue(2) }));

    const texts = async (queueId: number) => (await readSeen(store(), queueId)).map((keys) => keys.toString());

    const see = (batch: Batch, queueId: number, newest: number, keys: string) =>
      batch.seen({ queueId, newest, count: 1 }, Buffer.byteLength(keys)).set(Buffer.from(keys));

    it('that a queue has seen come back as they were added', async () => {
      await commit(store(), (batch) => {
        see(batch, 1, 2000, 'b');
        see(batch, 2, 500, 'of another queue');
        see(batch, 1, 1000, '');
      });
      await commit(store(), (batch) => see(batch, 1, 1_800_000_000_000, 'c'.repeat(100_000)));
      const expected = ['b', '', 'c'.repeat(100_000)];
      expect(await texts(1)).toEqual(expected);
      await recovered();
      expect(await texts(1)).toEqual(expected);
      expect(await texts(2)).toEqual(['of another queue']);
      expect(await texts(3)).toEqual([]);
    });

    it('are forgotten by their time, those earlier in the batch too, the later ones not', async () => {
      await commit(store(), (batch) => {
        for (const newest of [1000, 2000, 3000]) see(batch, 1, newest, String(newest));
        see(batch, 2, 1000, '1000');
      });
      await commit(store(), (batch) => {
        see(batch, 1, 1500, '1500');
        batch.forgetSeen(1, 2000);
        see(batch, 1, 1700, '1700');
      });
      expect(await texts(1)).toEqual(['2000', '3000', '1700']);
      await commit(store(), (batch) => batch.forgetSeen(1, Infinity));
      await recovered();
      expect([await texts(1), await texts(2)]).toEqual([[], ['1000']]);
    });

    it('are committed with the page of the same batch, and go with their queue', async () => {
      await commit(store(), (batch) => {
        page(store(), batch, 1, 0);
        see(batch, 1, 1000, 'gone');
        see(batch, 2, 1000, 'kept');
      });
      expect((await recovered()).pages).toHaveLength(1);
      await changed(store(), { op: 'delete-queue', id: 1, vhost: 'v', name: 'q', boundFrom: [] });
      await changed(store(), { op: 'put-queue', record: queue(1) });
      await recovered();
      expect([await texts(1), await texts(2)]).toEqual([[], ['kept']]);
    });

    it('go with their vhost, and with a queue whose name another takes', async () => {
      await changed(store(), { op: 'put-queue', record: queue(3, 'other', 'v') });
      await commit(store(), (batch) => {
        for (const queueId of [1, 2, 3]) see(batch, queueId, 1000, `${queueId}`);
      });
      await changed(store(), { op: 'delete-vhost', name: 'v' }, { op: 'put-queue', record: queue(4, 'q1') });
      await recovered();
      expect(await Promise.all([1, 2, 3].map(texts))).toEqual([[], ['2'], []]);
    });
  });
}
