/** What every store promises about durable entities other than messages. */
import { describe, expect, it } from 'vitest';
import type { TopologyChange } from '../../src/store/stored-records.ts';
import type { Store } from '../../src/store/store.ts';
import { changed, commit, NONE, page, plain, queue } from './store.support.ts';
import type { Recovered } from '../support/store-reads.ts';

/** `recovered` opens the store again and returns what it holds; `store` is the one that is open. */
export function topologyContract(store: () => Store, recovered: () => Promise<Recovered>): void {
  describe('topology', () => {
    it('is empty at first', async () => {
      const state = await recovered();
      expect(state).toEqual({
        fresh: state.fresh,
        vhosts: [],
        exchanges: [],
        queues: [],
        bindings: [],
        users: [],
        permissions: [],
        parameters: [],
        logs: [],
        pages: [],
        bodies: new Map(),
      });
    });

    it('recovers each kind of entity as it was put', async () => {
      const vhost = { name: '/', description: 'the default', tags: ['a', 'b,"c"'] };
      const exchange = {
        vhost: '/',
        name: 'x \u00e9',
        type: 'topic',
        autoDelete: true,
        internal: false,
        arguments: Uint8Array.of(1, 0, 255),
        logId: 8,
      };
      const binding = {
        vhost: '/',
        source: 'x',
        destinationType: 'queue',
        destination: 'q',
        routingKey: 'a.*\0#',
        arguments: Uint8Array.of(9),
      } as const;
      const user = { name: 'guest', passwordHash: 'aGFzaA==', hashingAlgorithm: 'sha256', tags: ['administrator'] };
      const permission = { user: 'guest', vhost: '/', configure: '.*', write: '^a', read: '' };
      const parameter = { component: 'policy', vhost: '', name: 'ttl', value: '{"pattern":".*"}' };
      await changed(
        store(),
        { op: 'put-vhost', record: vhost },
        { op: 'put-exchange', record: exchange },
        { op: 'put-queue', record: { ...queue(7), autoDelete: true, arguments: Uint8Array.of(3, 2, 1) } },
        { op: 'put-binding', record: binding },
        { op: 'put-user', record: user },
        { op: 'put-permission', record: permission },
        { op: 'put-parameter', record: parameter },
      );
      const state = await recovered();
      expect(state.vhosts).toEqual([vhost]);
      expect(state.exchanges.map(plain)).toEqual([plain(exchange)]);
      expect(state.queues.map(plain)).toEqual([{ ...queue(7), autoDelete: true, arguments: [3, 2, 1], delivered: 0 }]);
      expect(state.bindings.map(plain)).toEqual([plain(binding)]);
      expect(state.users).toEqual([user]);
      expect(state.permissions).toEqual([permission]);
      expect(state.parameters).toEqual([parameter]);
      expect(store().nextQueueId()).toBeGreaterThan(8);
    });

    it('replaces the row of the same identity', async () => {
      const user = { name: 'u', passwordHash: 'old', hashingAlgorithm: 'sha256', tags: [] };
      const parameter = { component: 'policy', vhost: '/', name: 'p', value: '1' };
      const binding = { vhost: '/', source: 'x', destinationType: 'queue', destination: 'q', routingKey: 'k' } as const;
      await changed(
        store(),
        { op: 'put-user', record: user },
        { op: 'put-user', record: { ...user, passwordHash: 'new' } },
        { op: 'put-parameter', record: parameter },
        { op: 'put-parameter', record: { ...parameter, value: '2' } },
        { op: 'put-binding', record: { ...binding, arguments: NONE } },
        { op: 'put-binding', record: { ...binding, arguments: NONE } },
        { op: 'put-binding', record: { ...binding, arguments: Uint8Array.of(1) } },
      );
      const state = await recovered();
      expect(state.users.map((row) => row.passwordHash)).toEqual(['new']);
      expect(state.parameters.map((row) => row.value)).toEqual(['2']);
      expect(state.bindings).toHaveLength(2);
    });

    it('applies changes in the order of the calls', async () => {
      const record = {
        vhost: '/',
        name: 'x',
        type: 'direct',
        autoDelete: false,
        internal: false,
        arguments: NONE,
        logId: undefined,
      };
      await changed(
        store(),
        { op: 'put-exchange', record },
        { op: 'delete-exchange', vhost: '/', name: 'x', boundFrom: [] },
        { op: 'put-exchange', record: { ...record, type: 'fanout' } },
        { op: 'put-exchange', record: { ...record, name: 'y' } },
        { op: 'delete-exchange', vhost: '/', name: 'y', boundFrom: [] },
      );
      expect((await recovered()).exchanges.map((row) => [row.name, row.type])).toEqual([['x', 'fanout']]);
    });

    it('deletes what is there and ignores what is not', async () => {
      const binding = {
        vhost: '/',
        source: 'x',
        destinationType: 'exchange',
        destination: 'y',
        routingKey: '',
        arguments: NONE,
      } as const;
      const other = { ...binding, destinationType: 'queue' } as const;
      await changed(
        store(),
        { op: 'put-binding', record: binding },
        { op: 'put-binding', record: other },
        { op: 'delete-binding', record: binding },
        { op: 'put-parameter', record: { component: 'c', vhost: '/', name: 'n', value: '0' } },
        { op: 'delete-parameter', component: 'c', vhost: '/', name: 'n' },
        { op: 'put-permission', record: { user: 'u', vhost: '/', configure: '', write: '', read: '' } },
        { op: 'delete-permission', user: 'u', vhost: '/' },
        { op: 'delete-queue', id: 99, vhost: 'v', name: 'q', boundFrom: [] },
        { op: 'delete-vhost', name: 'nowhere' },
        { op: 'delete-user', name: 'nobody' },
      );
      const state = await recovered();
      expect(state.bindings.map(plain)).toEqual([plain(other)]);
      expect([...state.parameters, ...state.permissions]).toEqual([]);
    });

    it('deletes a user with its permissions and leaves those of others', async () => {
      const permission = { vhost: '/', configure: '', write: '', read: '' };
      await changed(
        store(),
        { op: 'put-permission', record: { ...permission, user: 'a' } },
        { op: 'put-permission', record: { ...permission, user: 'b' } },
        { op: 'delete-user', name: 'a' },
      );
      expect((await recovered()).permissions.map((row) => row.user)).toEqual(['b']);
    });

    it('deletes a vhost with everything in it and leaves the others', async () => {
      const put = (vhost: string, id: number): TopologyChange[] => [
        { op: 'put-vhost', record: { name: vhost, description: '', tags: [] } },
        {
          op: 'put-exchange',
          record: {
            vhost,
            name: 'x',
            type: 'direct',
            autoDelete: false,
            internal: false,
            arguments: NONE,
            logId: id + 10,
          },
        },
        { op: 'put-queue', record: queue(id, 'q', vhost) },
        {
          op: 'put-binding',
          record: {
            vhost,
            source: 'x',
            destinationType: 'queue',
            destination: 'q',
            routingKey: '',
            arguments: NONE,
          },
        },
        { op: 'put-permission', record: { user: 'u', vhost, configure: '', write: '', read: '' } },
        { op: 'put-parameter', record: { component: 'c', vhost, name: 'n', value: '0' } },
      ];
      await changed(store(), ...put('gone', 1), ...put('kept', 2));
      let [kept, keptToo] = [0, 0];
      await commit(store(), (batch) => {
        batch.settle(page(store(), batch, 1, 0), Uint8Array.of(1));
        page(store(), batch, 11, 0);
        kept = page(store(), batch, 2, 0);
        keptToo = page(store(), batch, 12, 0);
      });
      await changed(store(), { op: 'delete-vhost', name: 'gone' });
      const state = await recovered();
      for (const rows of [state.exchanges, state.queues, state.bindings, state.permissions, state.parameters]) {
        expect(rows.map((row) => row.vhost)).toEqual(['kept']);
      }
      expect(state.vhosts.map((row) => row.name)).toEqual(['kept']);
      expect(state.pages.map((row) => row.id)).toEqual([kept, keptToo]);
    });

    it('removes what an exchange keeps when it goes, or comes with another log', async () => {
      const record = { vhost: '/', type: 'x', autoDelete: false, internal: false, arguments: NONE };
      const put = (name: string, logId: number | undefined) =>
        ({ op: 'put-exchange', record: { ...record, name, logId } }) as const;
      await changed(store(), put('gone', 1), put('other', 2), put('same', 3), put('none', 4), put('lost', 5));
      const pages: number[] = [];
      await commit(store(), (batch) => {
        for (const logId of [1, 2, 3, 4, 5]) {
          const id = page(store(), batch, logId, 0);
          batch.settle(id, Uint8Array.of(1));
          pages.push(id);
        }
      });
      await changed(
        store(),
        { op: 'delete-exchange', vhost: '/', name: 'gone', boundFrom: [] },
        put('other', 6),
        put('same', 3),
      );
      await changed(store(), put('none', undefined), {
        op: 'delete-exchange',
        vhost: 'other',
        name: 'lost',
        boundFrom: [],
      });
      const state = await recovered();
      expect(state.pages.map((row) => row.id)).toEqual([pages[2], pages[4]]);
      expect(state.exchanges.map((row) => [row.name, row.logId]).sort()).toEqual([
        ['lost', 5],
        ['none', undefined],
        ['other', 6],
        ['same', 3],
      ]);
    });

    it('deletes an exchange or a queue with its bindings, and leaves all others', async () => {
      const names = ['x', 'y', 'a"source":"x"', 'b\\', '\0'];
      const bindings = names.flatMap((source) =>
        names.flatMap((destination) =>
          (['queue', 'exchange'] as const).flatMap((destinationType) =>
            ['/', 'other'].flatMap((vhost) =>
              ['k', '","source":"x","destination":"y"'].map((routingKey) => {
                return { vhost, source, destinationType, destination, routingKey, arguments: NONE };
              }),
            ),
          ),
        ),
      );
      const left = async (...changes: readonly TopologyChange[]): Promise<string[]> => {
        await changed(store(), ...bindings.map((record) => ({ op: 'put-binding', record }) as const));
        await changed(store(), ...changes);
        return (await recovered()).bindings.map((row) => JSON.stringify(plain(row))).sort();
      };
      const expected = (isLeft: (binding: (typeof bindings)[number]) => boolean): string[] =>
        bindings.flatMap((row) => (isLeft(row) ? JSON.stringify(plain(row)) : [])).sort();
      for (const name of names) {
        const boundFrom = ['x', 'b\\', 'none'];
        const isTo = ({ destination, source, vhost }: (typeof bindings)[number]): boolean =>
          vhost === '/' && destination === name && boundFrom.includes(source);
        const withQueue = await left({ op: 'delete-queue', id: 3, vhost: '/', name, boundFrom });
        expect(withQueue).toEqual(expected((row) => !(row.destinationType === 'queue' && isTo(row))));
        const withExchange = await left({ op: 'delete-exchange', vhost: '/', name, boundFrom });
        const isOf = (row: (typeof bindings)[number]): boolean =>
          (row.vhost === '/' && row.source === name) || (row.destinationType === 'exchange' && isTo(row));
        expect(withExchange).toEqual(expected((row) => !isOf(row)));
      }
    });

    it('takes bindings between the longest names, and finds them', async () => {
      const name = '\u0001'.repeat(255);
      const binding = {
        vhost: name,
        source: name,
        destinationType: 'queue',
        destination: name,
        routingKey: name,
      } as const;
      const near = { ...binding, source: `${name.slice(0, 254)}\u0002`, arguments: NONE };
      await changed(
        store(),
        { op: 'put-vhost', record: { name, description: '', tags: [] } },
        { op: 'put-binding', record: { ...binding, arguments: NONE } },
        { op: 'put-binding', record: near },
        { op: 'delete-queue', id: 3, vhost: name, name, boundFrom: [name] },
      );
      expect((await recovered()).bindings.map(plain)).toEqual([plain(near)]);
    });

    it('never gives the id of a queue twice, nor that of the log of an exchange', async () => {
      await changed(
        store(),
        { op: 'put-queue', record: queue(41) },
        { op: 'delete-queue', id: 41, vhost: 'v', name: 'q', boundFrom: [] },
      );
      await recovered();
      const next = store().nextQueueId();
      expect(next).toBeGreaterThan(41);
      expect(store().nextQueueId()).toBeGreaterThan(next);
      const record = { vhost: '/', name: 'x', type: 'x', autoDelete: false, internal: false, arguments: NONE };
      await changed(
        store(),
        { op: 'put-exchange', record: { ...record, logId: 77 } },
        { op: 'delete-exchange', vhost: '/', name: 'x', boundFrom: [] },
      );
      await recovered();
      expect(store().nextQueueId()).toBeGreaterThan(77);
    });
  });
}
