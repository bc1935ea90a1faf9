/**
 * Users, permissions and virtual hosts for a test file: written into the data folder of a Leveret that is about to start, or
 * imported into a running RabbitMQ by the command in LEVERET_TEST_CTL (such as "rabbitmqctl -n rabbit@localhost").
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userWithPassword } from '../../src/broker/access/passwords.ts';
import type { PermissionRecord } from '../../src/store/stored-records.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { runOk } from './processes/run.ts';

export interface Accounts {
  readonly vhosts: readonly string[];
  /** The password of each is its name. */
  readonly users: readonly { readonly name: string; readonly tags?: readonly string[] }[];
  readonly permissions: readonly PermissionRecord[];
}

/** False where a running broker is tested and nothing can give it accounts. */
export const accountsPossible =
  process.env['LEVERET_TEST_URL'] === undefined || process.env['LEVERET_TEST_CTL'] !== undefined;

/** A new data folder with the accounts and with guest, who may do everything everywhere. */
export async function folderWithAccounts({ vhosts, users, permissions }: Accounts): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-accounts-'));
  const store = await SqliteStore.open({ folder, thread: false });
  store.recover();
  for (const name of ['/', ...vhosts]) {
    store.change({ op: 'put-vhost', record: { name, description: '', tags: [] } });
    const all = { user: 'guest', vhost: name, configure: '.*', write: '.*', read: '.*' };
    store.change({ op: 'put-permission', record: all });
  }
  for (const { name, tags = [] } of [{ name: 'guest' }, ...users]) {
    store.change({ op: 'put-user', record: userWithPassword(name, name, tags) });
  }
  for (const record of permissions) store.change({ op: 'put-permission', record });
  await store.close();
  return folder;
}

/** Imports the accounts into the broker that LEVERET_TEST_CTL commands; the result removes them. */
export async function importAccounts({ vhosts, users, permissions }: Accounts): Promise<() => Promise<void>> {
  const definitions = {
    vhosts: vhosts.map((name) => ({ name })),
    users: users.map(({ name, tags = [] }) => {
      const { passwordHash, hashingAlgorithm } = userWithPassword(name, name, tags);
      return { name, password_hash: passwordHash, hashing_algorithm: hashingAlgorithm, tags: tags.join(',') };
    }),
    permissions,
  };
  await control(['import_definitions'], JSON.stringify(definitions));
  return async () => {
    for (const { name } of users) await control(['delete_user', name]);
    for (const name of vhosts) await control(['delete_vhost', name]);
  };
}

async function control(args: readonly string[], input = ''): Promise<void> {
  const [command = '', ...first] = (process.env['LEVERET_TEST_CTL'] ?? '').split(' ');
  await runOk(command, [...first, ...args], { input });
}
