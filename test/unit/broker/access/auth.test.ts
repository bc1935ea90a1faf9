import { describe, expect, test } from 'vitest';
import type { Auth } from '../../../../src/broker/access/auth.ts';
import { userWithPassword } from '../../../../src/broker/access/passwords.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

function authWith(configure: string, write: string, read: string): Auth {
  const { auth } = nodeInMemory().node;
  auth.putUser(userWithPassword('u', 'secret', []));
  auth.putPermission({ user: 'u', vhost: '/', configure, write, read });
  return auth;
}

describe('a user', () => {
  test('may enter a vhost where any permission is set, even one that allows nothing', () => {
    const auth = authWith('', '', '');
    expect([auth.mayAccess('u', '/'), auth.mayAccess('u', 'other'), auth.mayAccess('nobody', '/')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('may do what the pattern of each operation matches anywhere in the name', () => {
    const auth = authWith('^own-', 'q', '.*');
    const may = (operation: 'configure' | 'write' | 'read', name: string) => auth.may('u', '/', operation, name);
    expect([may('configure', 'own-x'), may('configure', 'x-own-')]).toEqual([true, false]);
    expect([may('write', 'my queue'), may('write', 'other')]).toEqual([true, false]);
    expect([may('read', ''), may('read', 'anything')]).toEqual([true, true]);
    expect(auth.may('u', 'other', 'read', 'anything')).toBe(false);
  });

  test('may do nothing with a name where the pattern is empty, but with the empty name', () => {
    const auth = authWith('', '', '');
    expect([auth.may('u', '/', 'read', 'x'), auth.may('u', '/', 'read', '')]).toEqual([false, true]);
  });

  test('is asked about again after each change', () => {
    const auth = authWith('.*', '.*', '.*');
    expect(auth.may('u', '/', 'write', 'x')).toBe(true);
    const before = auth.version;
    auth.putPermission({ user: 'u', vhost: '/', configure: '', write: '', read: '' });
    expect(auth.may('u', '/', 'write', 'x')).toBe(false);
    expect(auth.version).toBeGreaterThan(before);
  });
});
