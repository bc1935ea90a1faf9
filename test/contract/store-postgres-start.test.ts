/** What a start says of a database that cannot be used: one error, without the password. */
import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../../src/store/postgres/schema.ts';
import { PostgresStore, type PostgresStoreOptions } from '../../src/store/postgres/postgres-store.ts';
import { StoreError } from '../../src/store/store.ts';
import type { Clock } from '../../src/util/clock.ts';
import { systemClock } from '../../src/util/system.ts';
import { Authority } from '../support/certificates.ts';
import { PATIENCE } from '../support/patience.ts';
import { hasPgbouncer, startPgbouncer } from '../support/postgres/pgbouncer.ts';
import { Proxy } from '../support/postgres/proxy.ts';
import { hasPostgres } from '../support/postgres/server.ts';
import { postgresOfFile, schemaOf, through } from '../support/postgres/shared.ts';
import { temporaryFile, temporaryFolder } from '../support/temporary-folder.ts';
import { commit, page } from './store.support.ts';

describe.skipIf(!hasPostgres)('a database', () => {
  const postgres = postgresOfFile();

  async function refusal(url: string, options: Partial<PostgresStoreOptions> = {}): Promise<string> {
    const error: unknown = await PostgresStore.open({ url, ...options }).then(
      (store) => store.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StoreError);
    return (error as StoreError).message;
  }

  const address = (account: string): string => postgres.newUrl().replace('leveret@', `${account}@`);

  it('that asks for a password has it from the address, a variable or a file, and an error shows none', async () => {
    await postgres.server.sql(
      "CREATE ROLE known LOGIN PASSWORD 'right word'; GRANT CREATE ON DATABASE leveret TO known",
    );
    postgres.server.admit('host all known all scram-sha-256');
    await postgres.server.reload();
    for (const [url, env] of [
      [address('known:right%20word'), {}],
      [address('known'), { PGPASSWORD: 'right word' }],
      [address('known'), { PGPASSFILE: passwordFile('*:*:leveret:known:right word') }],
    ] as const) {
      await (await PostgresStore.open({ url, env })).close();
    }
    const wrong = await refusal(address('known:wr0ng'));
    expect(wrong).toContain('password authentication failed for user "known"');
    expect(wrong).not.toContain('wr0ng');
    expect(await refusal(address('known'), { env: { PGPASSFILE: passwordFile('x', 0o644) } })).toContain('chmod 600');
  });

  function passwordFile(line: string, mode = 0o600): string {
    const file = temporaryFile('passwords', `# libpq's form\n${line}\n`);
    chmodSync(file, mode);
    return file;
  }

  it('with a schema from a newer version is refused, and left as it is', async () => {
    const url = postgres.newUrl();
    const schema = schemaOf(url);
    await (await PostgresStore.open({ url })).close();
    await postgres.server.sql(`UPDATE ${schema}.cluster SET schema_version = 99`);
    expect(await refusal(url)).toMatch(/is of version 99, from a newer Leveret; this one knows \d/);
    expect(await postgres.server.sql(`SELECT count(*) FROM ${schema}.node WHERE alive`)).toBe('0');
  });

  it('with the schema of an older version brings it to today’s', async () => {
    const url = postgres.newUrl();
    await (await PostgresStore.open({ url })).close();
    const version = `${schemaOf(url)}.cluster`;
    await postgres.server.sql(`UPDATE ${version} SET schema_version = 1`);
    await (await PostgresStore.open({ url })).close();
    expect(await postgres.server.sql(`SELECT schema_version FROM ${version}`)).toBe(`${SCHEMA_VERSION}`);
  });

  it('with tables of somebody else in the schema is refused', async () => {
    const url = postgres.newUrl();
    const schema = schemaOf(url);
    await postgres.server.sql(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.page (id int)`);
    expect(await refusal(url)).toContain("has tables that are not Leveret's");
  });

  it('behind a pooler is refused, with the reason', async () => {
    // BackendKeyData: a pooler tells its clients of processes of its own making.
    const pooler = await Proxy.to(postgres.server.port, (chunk) => {
      const key = chunk.indexOf(Buffer.of(0x4b, 0, 0, 0, 12));
      if (key !== -1) chunk.writeUInt32BE(4711, key + 5);
      return chunk;
    });
    const url = through(pooler, postgres.newUrl());
    expect(await refusal(url)).toContain('pooler such as PgBouncer');
  });

  it('behind PgBouncer is refused', { skip: !hasPgbouncer }, async () => {
    const port = await startPgbouncer(postgres.server.port);
    const url = through({ port }, postgres.newUrl());
    expect(await refusal(url)).toContain('pooler such as PgBouncer');
  });

  it('is asked again if it falls silent as a session begins', async () => {
    let sessions = 0;
    const proxy = await Proxy.to(postgres.server.port, (chunk) => {
      // BackendKeyData: the login is over.
      if (chunk.includes(Buffer.of(0x4b, 0, 0, 0, 12)) && ++sessions === 1) proxy.hold('there');
      return chunk;
    });
    const url = through(proxy, postgres.newUrl());
    // Its limits pass quickly.
    const after: Clock['after'] = (ms, callback) => systemClock.after(ms / 20, callback);
    const warnings: string[] = [];
    const log: PostgresStoreOptions['log'] = (level, _, text) => level === 'warn' && warnings.push(text);
    const opening = PostgresStore.open({ url, log, startMs: 20 * PATIENCE, clock: { ...systemClock, after } });
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('it is tried again'));
    proxy.release();
    await (await opening).close();
    expect(sessions).toBeGreaterThan(1);
  });

  it('that is not there, or does not answer, is waited for, and given up in time', async () => {
    const proxy = await Proxy.to(postgres.server.port);
    const url = through(proxy, postgres.newUrl());
    proxy.cut(true);
    expect(await refusal(url, { startMs: 300 })).toContain('cannot be reached');
    const warnings: string[] = [];
    const opening = PostgresStore.open({ url, log: (level, _, text) => level === 'warn' && warnings.push(text) });
    await expect.poll(() => warnings).toContainEqual(expect.stringContaining('it is tried again'));
    proxy.open();
    await (await opening).close();
  });

  it('of an address that makes no sense is not looked for', async () => {
    for (const [url, problem] of [
      ['postgres://a:secret@h:1:2/d', 'has "h:1:2" for a host'],
      ['postgres://h/d?sslmode=prefer', 'sslmode is one of disable, require'],
      ['postgres://h/d?ssl=1', 'has a parameter "ssl"'],
      ['postgres://h/d?lease=1s', 'lease is a number of milliseconds'],
      ['postgres://h/%zz', 'write %25'],
      ['postgres://a:b@secret@h/d', 'write %40'],
      ['postgres://a:b/secret@h/d', 'write %40'],
      ['postgres://a:b?secret@h/d', 'write %40'],
      ['postgres://a:1/secret@h/d', 'write %40'],
    ] as const) {
      const text = await refusal(url);
      expect(text).toContain(problem);
      expect(text).not.toContain('secret');
    }
  });

  it('whose page is damaged loses that page, and says which', async () => {
    const url = postgres.newUrl();
    const schema = schemaOf(url);
    const store = await PostgresStore.open({ url });
    let [damaged, sound] = [0, 0];
    await commit(store, (batch) => {
      damaged = page(store, batch, 1, 0, 9000);
      sound = page(store, batch, 2, 0, 9000);
    });
    await postgres.server.sql(`UPDATE ${schema}.page SET data = set_byte(data, 17, 255) WHERE id = ${damaged}`);
    const read = (id: number) => new Promise((resolve) => store.readPages([id], resolve));
    expect(await read(damaged)).toMatchObject({
      message: expect.stringContaining(`page ${damaged} of queue 1`) as string,
    });
    expect(await read(sound)).toHaveLength(1);
    await store.close();
  });
});

describe.skipIf(!hasPostgres)('a database with TLS', () => {
  const postgres = postgresOfFile();

  it('is used if its certificate is right, by who asks for that', async () => {
    const folder = temporaryFolder();
    const [known, unknown] = [new Authority(folder, 'known'), new Authority(folder, 'unknown')];
    await postgres.server.secure(known.issue('server', { names: 'IP:127.0.0.1' }));
    const url = (parameters: string, host = '127.0.0.1'): string =>
      `${postgres.newUrl().replace('leveret@127.0.0.1', `leveret:s3cret@${host}`)}&${parameters}`;
    const trust = `sslrootcert=${known.cert}`;
    for (const parameters of [
      `sslmode=verify-full&${trust}`,
      `sslmode=verify-ca&${trust}`,
      `sslmode=require&${trust}`,
      'sslmode=require',
    ]) {
      await (await PostgresStore.open({ url: url(parameters) })).close();
    }
    await (await PostgresStore.open({ url: url(`sslmode=verify-ca&${trust}`, 'localhost') })).close();

    const distrust = `sslrootcert=${unknown.cert}`;
    for (const [address, problem] of [
      [url(`sslmode=verify-full&${distrust}`), /unable to|self.signed/],
      [url(`sslmode=verify-ca&${distrust}`), /unable to|self.signed/],
      [url(`sslmode=require&${distrust}`), /unable to|self.signed/],
      [url(`sslmode=verify-full&${trust}`, 'localhost'), /altnames/],
      [url(`sslmode=verify-full&sslrootcert=${folder}/none.pem`), /none.pem for TLS to the database cannot be read/],
      [url('sslmode=disable'), /no encryption/],
    ] as const) {
      const error: unknown = await PostgresStore.open({ url: address, startMs: 1500 }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(StoreError);
      expect((error as StoreError).message).toMatch(problem);
      expect((error as StoreError).message).not.toContain('s3cret');
    }
  });
});
