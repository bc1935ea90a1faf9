/** Who has the database: one node at a time, the next one when that is gone, and never both. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { PostgresStore, type PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts';
import { StoreError } from '../../src/store/store.ts';
import { systemClock } from '../../src/util/system.ts';
import { Proxy } from '../support/postgres/proxy.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile, schemaOf, through } from '../support/postgres/shared.ts';
import { commit, page, Script } from './store.support.ts';
import { recover } from '../support/store-reads.ts';

const LEASE_MS = 400;
/** Between two beats of a node that has nothing to commit, at least. */
const BEAT_MS = 200;

describe.skipIf(!hasPostgres)('nodes of one database', () => {
  const postgres = postgresOfFile();

  /** A node, whose connections go by a proxy. */
  async function node(name: string, url: string, options: Partial<PostgresStoreOptions> = {}) {
    const proxy = await Proxy.to(postgres.server.port);
    const opening = PostgresStore.open({
      url: `${through(proxy, url)}&lease=${LEASE_MS}`,
      name,
      closeMs: 100,
      ...options,
    });
    opening.catch(() => undefined);
    onTestFinished(async () => {
      proxy.release();
      await opening.then((store) => store.close()).catch(() => undefined);
    });
    return { proxy, opening };
  }

  /** The names of the nodes that it has waited for. */
  async function waiting(name: string, url: string, options: Partial<PostgresStoreOptions> = {}) {
    const waitsFor: string[] = [];
    const log: PostgresStoreOptions['log'] = (_, fields) =>
      'active' in fields && waitsFor.push(fields.active as string);
    const { opening, proxy } = await node(name, url, { ...options, log });
    let isActive = false;
    void opening.then(() => (isActive = true)).catch(() => undefined);
    await expect.poll(() => waitsFor.length).toBeGreaterThan(0);
    expect(isActive).toBe(false);
    return { opening, proxy, waitsFor };
  }

  const firsts = async (store: PostgresStore) => (await recover(store)).pages.map(({ first }) => first);

  it('have one that is active; another takes over at once when that leaves', async () => {
    const url = postgres.newUrl();
    const one = await (await node('one', url)).opening;
    const two = await waiting('two', url);
    expect(two.waitsFor).toEqual(['one']);
    await commit(one, (batch) => page(one, batch, 1, 10));
    await one.close();
    expect(await firsts(await two.opening)).toEqual([10]);
  });

  it.each([
    [['there'], [10]],
    [['back'], [10, 20]],
    [['there', 'back'], [10]],
  ] as const)(
    'have another when nothing of one goes %s, which learns that it was taken over, and confirms nothing more',
    async (directions, committed) => {
      const url = postgres.newUrl();
      const first = await node('one', url);
      const one = await first.opening;
      const fenced: string[] = [];
      one.onFenced((reason) => fenced.push(reason));
      const second = await waiting('two', url);
      await commit(one, (batch) => page(one, batch, 1, 10));

      first.proxy.hold(...directions);
      const late = new Script().next((batch) => page(one, batch, 1, 20));
      one.schedule(late, true);
      const two = await second.opening;
      // What went there was committed before the other took over, though nobody was told yet.
      expect(await firsts(two)).toEqual(committed);
      await commit(two, (batch) => page(two, batch, 1, 30));
      first.proxy.release();
      await expect.poll(() => fenced).toHaveLength(1);
      await expect(one.close()).rejects.toThrow(StoreError);
      expect(late.heard).toEqual(committed.length === 1 ? ['collect'] : ['collect', 'committed']);

      await two.close();
      const third = await (await node('three', url)).opening;
      expect(await firsts(third)).toEqual([...committed, 30]);
    },
  );

  it('have another when one stops in the middle of a batch, which holds nothing that the next one needs', async () => {
    const url = postgres.newUrl();
    const first = await node('one', url);
    const one = await first.opening;
    const second = await waiting('two', url);
    let id = 0;
    await commit(one, (batch) => (id = page(one, batch, 1, 10)));

    first.proxy.holdAfter(100_000);
    const half = new Script().next((batch) => {
      batch.dropPage(id);
      page(one, batch, 1, 20, 500_000);
    });
    one.schedule(half, true);
    const two = await second.opening;
    expect(await firsts(two)).toEqual([10]);
    await commit(two, (batch) => {
      batch.dropPage(id);
      page(two, batch, 1, 30);
    });
    expect(half.heard).toEqual(['collect']);
  });

  it('go on waiting for their turn while the database ends their sessions, and is restarted', async () => {
    const url = postgres.newUrl();
    const one = await (await node('one', url)).opening;
    let fenced = false;
    one.onFenced(() => (fenced = true));
    const two = await waiting('two', url);
    await postgres.server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ('one', 'two')",
    );
    await commit(one, (batch) => page(one, batch, 1, 10));
    await postgres.server.end('SIGKILL');
    await postgres.server.begin();
    await commit(one, (batch) => page(one, batch, 1, 20));
    expect(fenced).toBe(false);
    await one.close();
    expect(await firsts(await two.opening)).toEqual([10, 20]);
  });

  it('take nobody for dead who reads what there is', async () => {
    const url = postgres.newUrl();
    const schema = schemaOf(url);
    const one = await (await node('one', url)).opening;
    const two = await waiting('two', url);
    // Nothing can be read; beats are answered.
    const letGo = await postgres.server.lock(`TABLE ${schema}.page IN ACCESS EXCLUSIVE MODE`);
    await one.close();
    const active = `SELECT name FROM ${schema}.cluster JOIN ${schema}.node ON id = active`;
    await expect.poll(() => postgres.server.sql(active)).toBe('two');
    const three = await waiting('three', url);
    const beats = async (): Promise<number> =>
      Number(await postgres.server.sql(`SELECT beat FROM ${schema}.node WHERE name = 'two'`));
    const before = await beats();
    await expect.poll(beats).toBeGreaterThan(before + (4 * LEASE_MS) / BEAT_MS);
    await letGo();
    const next = await two.opening;
    await commit(next, (batch) => page(next, batch, 1, 10));
    expect(three.waitsFor).toEqual(['two']);
    expect(await postgres.server.sql(active)).toBe('two');
    await next.close();
    await three.opening;
  });

  it('leave one alone that stops for less than the lease, and take over from it after that', async () => {
    const url = postgres.newUrl();
    const schema = schemaOf(url);
    const first = await node('one', url);
    const one = await first.opening;
    const fenced: string[] = [];
    one.onFenced((reason) => fenced.push(reason));
    // It measures the lease by its own clock, and counts a part of it for each commit of its own.
    let elapsed = 0;
    const second = await waiting('two', url, { clock: { ...systemClock, elapsed: () => elapsed } });
    const beat = async (name: string) =>
      Number(await postgres.server.sql(`SELECT beat FROM ${schema}.node WHERE name = '${name}'`));
    const looks = async (): Promise<void> => {
      const before = await beat('two');
      // The look at the row comes after the beat.
      await expect.poll(() => beat('two')).toBeGreaterThan(before + 1);
    };
    const stop = async (ms: number): Promise<void> => {
      first.proxy.hold('there');
      for (let step = 0; step < 3; step++) {
        await looks();
        elapsed += ms / 3;
      }
    };
    await stop(LEASE_MS - 1);
    await looks();
    first.proxy.release();
    await commit(one, (batch) => page(one, batch, 1, 10));
    await looks();
    expect(fenced).toEqual([]);

    await stop(LEASE_MS);
    expect(await firsts(await second.opening)).toEqual([10]);
    first.proxy.release();
    await expect.poll(() => fenced).toHaveLength(1);
  });

  it('leave one alone for which the server is at work for longer than the lease, until it is gone', async () => {
    const url = postgres.newUrl();
    const schema = schemaOf(url);
    const first = await node('one', url);
    const one = await first.opening;
    const fenced: string[] = [];
    one.onFenced((reason) => fenced.push(reason));
    const two = await waiting('two', url);
    const atWork = async (): Promise<() => Promise<void>> => {
      // Its batch waits for this; nobody's row does.
      const letGo = await postgres.server.lock(`TABLE ${schema}.page IN SHARE MODE`);
      const script = new Script().next((batch) => page(one, batch, 1, 10));
      one.schedule(script, true);
      await expect.poll(() => postgres.server.sql(`SELECT count(*) FROM pg_locks WHERE NOT granted`)).toBe('1');
      return letGo;
    };
    const letGo = await atWork();
    const since = `clock_timestamp() - waitstart > '${3 * LEASE_MS} ms'`;
    await expect.poll(() => postgres.server.sql(`SELECT count(*) FROM pg_locks WHERE ${since}`)).toBe('1');
    await letGo();
    await commit(one, (batch) => page(one, batch, 1, 20));
    expect(fenced).toEqual([]);

    const letGoToo = await atWork();
    first.proxy.cut(true);
    expect(await firsts(await two.opening)).toEqual([10, 20]);
    await letGoToo();
  });

  it('may have the name of one for which the server was at work when it was killed', async () => {
    const url = postgres.newUrl();
    const first = await node('one', url);
    const one = await first.opening;
    const letGo = await postgres.server.lock(`TABLE ${schemaOf(url)}.page IN SHARE MODE`);
    one.schedule(
      new Script().next((batch) => page(one, batch, 1, 10)),
      true,
    );
    await expect.poll(() => postgres.server.sql(`SELECT count(*) FROM pg_locks WHERE NOT granted`)).toBe('1');
    let looks = 0;
    const elapsed = (): number => (looks++, systemClock.elapsed());
    const again = await node('one', url, { clock: { ...systemClock, elapsed } });
    await expect.poll(() => looks).toBeGreaterThan(3);
    first.proxy.cut(true);
    expect(await firsts(await again.opening)).toEqual([]);
    await letGo();
  });

  it('accuse nobody while the database stands still', async () => {
    const url = postgres.newUrl();
    const one = await (await node('one', url)).opening;
    let fenced = false;
    one.onFenced(() => (fenced = true));
    const two = await waiting('two', url);
    // Nobody's row can move: a beat waits for this lock, as a commit would for a standby.
    const schema = schemaOf(url);
    const letGo = await postgres.server.lock(`TABLE ${schema}.node IN SHARE MODE`);
    const since = `clock_timestamp() - waitstart > '${3 * LEASE_MS} ms'`;
    await expect.poll(() => postgres.server.sql(`SELECT count(*) FROM pg_locks WHERE ${since}`)).toBe('2');
    await letGo();
    await commit(one, (batch) => page(one, batch, 1, 10));
    expect(fenced).toBe(false);
    await one.close();
    expect(await firsts(await two.opening)).toEqual([10]);
  });

  it('forget one that nothing is heard of, which is a new one when it comes again', async () => {
    const url = postgres.newUrl();
    const one = await (await node('one', url)).opening;
    const end = new AbortController();
    const two = await waiting('two', url, { signal: end.signal });
    expect(await one.otherNodes.forget('two')).toBe('runs');
    expect(await one.otherNodes.forget('three')).toBe('unknown');
    two.proxy.hold('there', 'back');
    await expect.poll(() => one.otherNodes.forget('two')).toBe('forgotten');
    expect(await one.otherNodes.list()).toEqual([]);
    await waiting('three', url, { signal: end.signal });
    two.proxy.release();
    const others = async () => (await one.otherNodes.list()).map(({ name, waits }) => [name, waits]);
    await expect.poll(others).toEqual([
      ['three', true],
      ['two', true],
    ]);
    // What a process may still take for its own number is nobody else's.
    const numbers = `SELECT string_agg(id::text, ',' ORDER BY id) FROM ${schemaOf(url)}.node`;
    expect(await postgres.server.sql(numbers)).toBe('1,3,4');
    end.abort();
  });

  it('have names of their own: the second of one name is refused while the first lives', async () => {
    const url = postgres.newUrl();
    const one = await (await node('one', url)).opening;
    await expect((await node('one', url)).opening).rejects.toThrow(/There is a node named one on this database/);
    await commit(one, (batch) => page(one, batch, 1, 10));
  });

  it('may have the name of one that was killed, after its lease', async () => {
    const url = postgres.newUrl();
    const first = await node('one', url);
    const one = await first.opening;
    await commit(one, (batch) => page(one, batch, 1, 10));
    first.proxy.cut(true);
    expect(await firsts(await (await node('one', url)).opening)).toEqual([10]);
  });

  it('may have that name too if a commit of it was under way when it was killed', async () => {
    const url = postgres.newUrl();
    const first = await node('one', url);
    const one = await first.opening;
    await commit(one, (batch) => page(one, batch, 1, 10));
    first.proxy.cut(true);
    const looked = (): Promise<string> => postgres.server.sql(`SELECT xmin FROM ${schemaOf(url)}.cluster`);
    const before = await looked();
    const { opening } = await node('one', url);
    await expect.poll(looked).not.toBe(before);
    await postgres.server.sql(`UPDATE ${schemaOf(url)}.node SET batch = batch + 1`);
    expect(await firsts(await opening)).toEqual([10]);
  });

  it('can be told to wait no more', async () => {
    const url = postgres.newUrl();
    const one = await (await node('one', url)).opening;
    const abort = new AbortController();
    const { opening } = await node('two', url, { signal: abort.signal });
    const columns = `SELECT count(*) FROM ${schemaOf(url)}.node`;
    await expect.poll(() => postgres.server.sql(columns)).toBe('2');
    abort.abort();
    await expect(opening).rejects.toThrow('given up');
    await commit(one, (batch) => page(one, batch, 1, 10));
  });

  it('does not wait if it was told so before', async () => {
    const url = postgres.newUrl();
    const one = await (await node('one', url)).opening;
    const { opening } = await node('two', url, { signal: AbortSignal.abort() });
    await expect(opening).rejects.toThrow('given up');
    await commit(one, (batch) => page(one, batch, 1, 10));
  });
});
