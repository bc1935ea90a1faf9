/** A store in a database is sealed, sealed with another key and no more, by the commands; and copied between stores that are and are not. */
import { randomBytes } from 'node:crypto';
import { expect, describe, it } from 'vitest';
import { Broker, type BrokerOptions } from '../../../src/index.ts';
import { runCommand } from '../../support/cli/command.ts';
import { runStoreHere } from '../../support/cli/store-command.ts';
import { hasPostgres } from '../../support/postgres/server.ts';
import { postgresOfFile, schemaOf } from '../../support/postgres/shared.ts';
import { confirmChannel, drain, range, store as storeMessages } from '../../support/recovery/clients.ts';
import { temporaryFile, temporaryFolder } from '../../support/temporary-folder.ts';

const newKey = (): string => `file:${temporaryFile('key', randomBytes(32).toString('hex'))}`;
const BODIES = range(0, 20);

describe.skipIf(!hasPostgres)('leveret store of a database', () => {
  const postgres = postgresOfFile();

  async function fill(options: BrokerOptions): Promise<void> {
    await using broker = await Broker.start({ port: 0, passwordHashing: 'sha256', ...options });
    const channel = await confirmChannel(broker.url);
    await channel.assertQueue('q');
    await storeMessages(channel, 'q', BODIES);
  }

  async function expectAll(options: BrokerOptions): Promise<void> {
    await using broker = await Broker.start({ port: 0, ...options });
    expect(await drain(broker.url, 'q')).toEqual(BODIES);
  }

  const command = (...words: readonly string[]) => runStoreHere(['store', ...words]);
  const keys = (store: string) => postgres.server.sql(`SELECT count(*) FROM ${schemaOf(store)}.sealing`);

  it('seals it, seals it with another key, and has it be sealed no more', async () => {
    const store = postgres.newUrl();
    await fill({ store });
    const [key, next] = [newKey(), newKey()];
    const sealed = await command('seal', '--store', store, '--store-key', key);
    expect(sealed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('is sealed') as string });
    expect(await keys(store)).toBe('1');
    const check = await command('check', '--store', store);
    expect(check.stdout).toContain('note: the store is sealed: what messages hold is checked with --store-key');
    expect(check.stdout).toContain('The store is sound.');
    expect((await command('check', '--store', store, '--store-key', key)).stdout).not.toContain('note');
    expect((await command('stats', '--store', store)).stdout).toMatch(/^ +20 .* q$/m);
    expect((await command('seal', '--store', store, '--store-key', next)).stderr).toContain('is sealed already');
    expect(await command('rotate', '--store', store, '--store-key', key, '--new-key', next)).toMatchObject({ code: 0 });
    expect((await command('unseal', '--store', store, '--store-key', key)).stderr).toContain('with another key');
    expect(await command('unseal', '--store', store, '--store-key', next)).toMatchObject({ code: 0 });
    expect(await keys(store)).toBe('0');
    await expectAll({ store });
    const nowhere = postgres.newUrl();
    for (const words of [['seal'], ['unseal'], ['rotate', '--new-key', next]]) {
      const { stderr } = await command(words[0], '--store', nowhere, '--store-key', key, ...words.slice(1));
      expect(stderr).toContain('There is no store in the schema');
    }
  });

  it('has the node that serves the clients take another key, and is refused elsewhere while that uses the store', async () => {
    const [store, dataDir] = [postgres.newUrl(), temporaryFolder()];
    const [key, next] = [newKey(), newKey()];
    const broker = await Broker.start({ port: 0, store, dataDir, storeKey: key, nodeName: 'one' });
    const elsewhere = ['--store', store, '--data-dir', temporaryFolder(), '--store-key', key];
    for (const word of ['seal', 'unseal']) {
      const { code, stderr } = await command(word, ...elsewhere);
      expect([code, stderr]).toEqual([74, expect.stringMatching(/is sealed already|The node one uses the database/)]);
    }
    const rotatedElsewhere = await command('rotate', ...elsewhere, '--new-key', next);
    expect(rotatedElsewhere.stderr).toContain('have it take the key by this command where it runs');
    const rotate = ['rotate', '--store', store, '--data-dir', dataDir, '--new-key', next];
    const rotated = await runCommand(['store', ...rotate]);
    expect(rotated).toMatchObject({ code: 0, stdout: 'The store is sealed with the new key\n' });
    await broker.stop();
    await expect(Broker.start({ port: 0, store, storeKey: key })).rejects.toThrow('is sealed with another key');
    await (await Broker.start({ port: 0, store, storeKey: next })).stop();
  });

  it('says how many rows are damaged, and could not be sealed with another key', async () => {
    const store = postgres.newUrl();
    const [key, next] = [newKey(), newKey()];
    await fill({ store, storeKey: key });
    await postgres.server.sql(`UPDATE ${schemaOf(store)}.page SET data = data || '\\x00' WHERE id <= 2`);
    const rotated = await command('rotate', '--store', store, '--store-key', key, '--new-key', next);
    expect(rotated).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^The store is sealed with the new key, but for what is damaged \(rows: 2\)/,
      ) as string,
    });
    expect(await keys(store)).toBe('2');
    const check = await command('check', '--store', store, '--store-key', next);
    expect([check.code, check.stdout.match(/^problem: page/gm)?.length]).toEqual([1, 2]);
  });

  it('is sealed although its tables cannot be written anew behind that, and says so', async () => {
    const store = postgres.newUrl();
    await fill({ store });
    const letGo = await postgres.server.lock(`TABLE ${schemaOf(store)}.page IN ACCESS SHARE MODE`);
    await postgres.server.sql("ALTER ROLE CURRENT_USER SET lock_timeout = '100ms'");
    const key = newKey();
    try {
      expect(await command('seal', '--store', store, '--store-key', key)).toMatchObject({
        code: 74,
        stdout: expect.stringMatching(/^The store is sealed: .* VACUUM FULL .* lock timeout\n$/) as string,
      });
    } finally {
      await postgres.server.sql('ALTER ROLE CURRENT_USER RESET lock_timeout');
      await letGo();
    }
    await expectAll({ store, storeKey: key });
  });

  it('is not waited for when another node takes the store over while it is sealed with another key', async () => {
    const store = postgres.newUrl();
    const [key, next] = [newKey(), newKey()];
    await fill({ store, storeKey: key });
    const letGo = await postgres.server.lock(`TABLE ${schemaOf(store)}.page IN SHARE MODE`);
    const rotated = command('rotate', '--store', store, '--store-key', key, '--new-key', next);
    await expect.poll(() => keys(store)).toBe('2');
    await postgres.server.sql(`UPDATE ${schemaOf(store)}.node SET alive = false, epoch = epoch + 1`);
    await letGo();
    expect(await rotated).toMatchObject({
      code: 74,
      stderr: expect.stringMatching(/leveret store rotate was taken over: a node with the new key goes on/) as string,
    });
    await expectAll({ store, storeKey: next });
  });

  it('copies from one that is sealed into one that is not, the other way, and from one key to another', async () => {
    const [folder, database, back] = [temporaryFolder(), postgres.newUrl(), temporaryFolder()];
    const [key, next] = [newKey(), newKey()];
    await fill({ dataDir: folder });
    expect(await command('copy', folder, database, '--new-key', key)).toMatchObject({ code: 0, stderr: '' });
    expect(await command('copy', database, back, '--store-key', key, '--new-key', next)).toMatchObject({ code: 0 });
    await expectAll({ dataDir: back, storeKey: next });
    const [same, plain] = [postgres.newUrl(), postgres.newUrl()];
    expect(await command('copy', database, same, '--store-key', key)).toMatchObject({ code: 0 });
    expect(await command('copy', database, plain, '--store-key', key, '--new-key', 'none')).toMatchObject({ code: 0 });
    expect([await keys(same), await keys(plain)]).toEqual(['1', '0']);
    await expectAll({ store: same, storeKey: key });
    await expectAll({ store: plain });
    const refused = await command('copy', folder, postgres.newUrl(), '--new-key', 'a-secret-that-is-no-source');
    expect(refused.stderr).toContain('--new-key names where the key is');
    expect(refused.stderr).not.toContain('a-secret');
  });
});
