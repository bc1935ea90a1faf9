import { describe, expect, it, onTestFinished } from 'vitest';
import { Broker } from '../../../src/embed/broker.ts';
import type { BrokerOptions } from '../../../src/embed/options.ts';

async function start(options: BrokerOptions): Promise<Broker> {
  const broker = await Broker.start({ port: 0, ...options });
  onTestFinished(() => broker.stop());
  return broker;
}

describe('the default user', () => {
  it('is an administrator who may do everything in the default vhost', async () => {
    const { users } = await start({});
    expect(users.list()).toMatchObject([{ name: 'guest', tags: ['administrator'] }]);
    expect(users.permissions()).toEqual([{ user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' }]);
  });

  it('has the tags and permissions that the options give it', async () => {
    const defaultPermissions = { configure: '^$', write: '^shop', read: '.*' };
    const { users } = await start({ defaultUserTags: ['monitoring', 'impersonator'], defaultPermissions });
    expect(users.list()).toMatchObject([{ name: 'guest', tags: ['monitoring', 'impersonator'] }]);
    expect(users.permissions()).toEqual([{ user: 'guest', vhost: '/', ...defaultPermissions }]);
  });

  it('has no permissions that are no regular expressions: the broker does not start', async () => {
    const defaultPermissions = { configure: '(', write: '.*', read: '.*' };
    await expect(start({ defaultPermissions })).rejects.toThrow(
      'default permission to configure "(" is invalid: {"missing )",1}',
    );
  });
});
