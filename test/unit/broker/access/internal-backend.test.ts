import { expect, test } from 'vitest';
import { InternalBackend } from '../../../../src/broker/access/internal-backend.ts';
import { UserPasswords } from '../../../../src/broker/access/user-passwords.ts';
import { QUICK_PASSWORDS } from '../../../../src/config/password-config.ts';
import { systemChance } from '../../../../src/util/system.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

test('a password that is changed while it is compared with lets nobody in any more', async () => {
  const { auth } = nodeInMemory().node;
  const passwords = new UserPasswords({ ...QUICK_PASSWORDS, passwordHashing: 'scrypt' }, systemChance);
  const [before, after] = [await passwords.userWith('u', 'old', []), await passwords.userWith('u', 'new', [])];
  const backend = new InternalBackend({ auth, passwords });
  const logIn = (password: string) =>
    backend.authenticate(
      { user: 'u', password: Buffer.from(password) },
      { host: '127.0.0.1', loopback: true, gone: false },
    );
  auth.putUser(before);
  const answer = logIn('old');
  auth.putUser(after);
  expect(await answer).toEqual({ refusal: "wrong name or password for user 'u'" });
  expect(await logIn('new')).toMatchObject({ name: 'u', holds: true });
});
