/** Users and whether their passwords are right. */
import { EXIT } from '../../exit-codes.ts';
import { ApiError, path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { noSuchUser, noSuchUserTerm } from './errors.ts';

interface User {
  readonly name: string;
  readonly tags: readonly string[];
  readonly password_hash: string;
  readonly hashing_algorithm: string;
}

const group = 'Users';

export const users: readonly Command[] = [
  {
    name: 'add_user',
    words: '<username> [<password>]',
    group,
    description: 'Creates a new user. This user will have no permissions for any virtual hosts by default.',
    banner: ({ words: [user] }) => `Adding user "${user}" ...`,
    run: async (call) => {
      const [user] = call.words;
      const password = await passwordOf(call);
      if ((await call.api.find(path`/users/${user}`)) !== undefined) {
        throw new CommandError(EXIT.software, `User "${user}" already exists`);
      }
      await call.api.put(path`/users/${user}`, { password, tags: '' });
      if (call.flag('quiet') || call.flag('silent')) return undefined;
      return "Done. Don't forget to grant the user permissions to some virtual hosts! See 'rabbitmqctl help set_permissions' to learn more.";
    },
  },
  {
    name: 'authenticate_user',
    words: '<username> [<password>]',
    group,
    description: 'Attempts to authenticate a user. Exits with a non-zero code if authentication fails.',
    banner: ({ words: [user] }) => `Authenticating user "${user}" ...`,
    run: async (call) => {
      const [user] = call.words;
      try {
        await call.api.as(user, await passwordOf(call)).get('/whoami');
      } catch (error) {
        // Without a tag for it a user may not ask, which is heard only after its password was found right.
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        if (error.message === 'Login failed') throw notAuthenticated(user);
      }
      return 'Success';
    },
  },
  {
    name: 'change_password',
    words: '<username> [<password>]',
    group,
    description: 'Changes the user password',
    banner: ({ words: [user] }) => `Changing password for user "${user}" ...`,
    run: async (call) => {
      const [user] = call.words;
      const password = await passwordOf(call);
      const { tags } = await call.api.get<User>(path`/users/${user}`);
      return call.api.put(path`/users/${user}`, { password, tags });
    },
    on: { 404: noSuchUser },
  },
  {
    name: 'clear_password',
    words: '<username>',
    group,
    description: 'Clears (resets) password and disables password login for a user',
    banner: ({ words: [user] }) => `Clearing password for user "${user}" ...`,
    run: async ({ api, words: [user] }) => {
      const { tags } = await api.get<User>(path`/users/${user}`);
      return api.put(path`/users/${user}`, { password_hash: '', tags });
    },
    on: { 404: noSuchUserTerm },
  },
  {
    name: 'delete_user',
    words: '<username>',
    group,
    description: 'Removes a user',
    banner: ({ words: [user] }) => `Deleting user "${user}" ...`,
    run: ({ api, words: [user] }) => api.delete(path`/users/${user}`),
    on: { 404: noSuchUser },
  },
  {
    name: 'hash_password',
    words: '[<password>]',
    group,
    description: 'Hashes a password, as definitions and the HTTP API take it',
    run: async (call) => {
      const password = call.words[0] ?? (await call.input());
      const { ok: hash } = await call.api.get<{ readonly ok: string }>(path`/auth/hash_password/${password}`);
      return hash;
    },
  },
  {
    name: 'list_users',
    group,
    description: 'List user names and tags',
    banner: () => 'Listing users ...',
    run: async ({ api }) => {
      const listed = await api.get<readonly User[]>('/users');
      return { columns: ['user', 'tags'], rows: listed.map(({ name, tags }) => [name, tags]) };
    },
  },
  {
    name: 'set_user_tags',
    words: '<username> [<tag> ...]',
    group,
    description: 'Sets user tags',
    banner: ({ words: [user, ...tags] }) => `Setting tags for user "${user}" to [${tags.join(', ')}] ...`,
    run: async ({ api, words: [user, ...tags] }) => {
      const { password_hash, hashing_algorithm } = await api.get<User>(path`/users/${user}`);
      return api.put(path`/users/${user}`, { password_hash, hashing_algorithm, tags: tags.join(',') });
    },
    on: { 404: noSuchUser },
  },
];

/** The second word; else standard input, so that the password is in no list of processes. Throws CommandError. */
async function passwordOf({ words: [, password], input }: Call): Promise<string> {
  const given = password ?? (await input());
  if (given !== '') return given;
  if (password === undefined) throw new CommandError(EXIT.software, 'Password is not provided via argument or stdin');
  throw new CommandError(EXIT.data, 'password cannot be empty');
}

function notAuthenticated(user: string): CommandError {
  return new CommandError(
    EXIT.data,
    `Error: failed to authenticate user "${user}"\nuser '${user}' - invalid credentials`,
  );
}
