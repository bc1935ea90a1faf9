/** What policies do to exchanges and queues (RabbitMQ's page "Policies"). */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountsPossible } from '../support/accounts.ts';
import type { AmqpChannel } from '../support/amqp-client/index.ts';
import { useTarget } from '../support/target.ts';

describe.skipIf(!accountsPossible)('policies', () => {
  const target = useTarget();
  const vhost = `policies-${randomBytes(4).toString('hex')}`;
  beforeAll(() => target.operator.addVhost(vhost));
  afterAll(() => target.operator.deleteVhost(vhost));

  /** A channel with an exchange that leads nowhere, and a queue behind a fanout exchange: each named after the test. */
  async function routes(name: string): Promise<{ channel: AmqpChannel; queue: string }> {
    const channel = await target.channel({ vhost });
    await channel.exchange(`${name}-x`, 'direct', { autoDelete: false });
    await channel.exchange(`${name}-alternate`, 'fanout', { autoDelete: false });
    const queue = await channel.queue(`${name}-q`);
    await channel.bind(queue, `${name}-alternate`);
    return { channel, queue };
  }

  /** True where a message to the exchange is routed. */
  async function isRouted(channel: AmqpChannel, exchange: string): Promise<boolean> {
    channel.publish('nowhere', 'x', { exchange, mandatory: true });
    channel.send('channel.flow', { active: true });
    const { method } = await channel.client.inbox.next(channel.number, 'flow-ok or return');
    if (method.name === 'channel.flow-ok') return true;
    await channel.expect('channel.flow-ok');
    return false;
  }

  test('policies/alternate-exchange: a policy gives exchanges that exist an alternate exchange, until it is cleared', async () => {
    const { channel } = await routes('alternate');
    expect(await isRouted(channel, 'alternate-x')).toBe(false);
    const definition = { 'alternate-exchange': 'alternate-alternate' };
    await target.operator.setPolicy({ name: 'alternate', vhost, pattern: '^alternate-x$', definition });
    expect(await isRouted(channel, 'alternate-x')).toBe(true);
    await target.operator.clearPolicy({ name: 'alternate', vhost });
    expect(await isRouted(channel, 'alternate-x')).toBe(false);
  });

  test('policies/new: a policy counts for what is declared after it', async () => {
    const definition = { 'alternate-exchange': 'new-alternate' };
    await target.operator.setPolicy({ name: 'new', vhost, pattern: '^new-x$', definition });
    const { channel } = await routes('new');
    expect(await isRouted(channel, 'new-x')).toBe(true);
  });

  test('policies/argument: a declared alternate exchange counts before that of a policy', async () => {
    const { channel } = await routes('argument');
    await channel.exchange('argument-none', 'fanout', { autoDelete: false });
    await channel.exchange('argument-own', 'direct', { arguments: { 'alternate-exchange': 'argument-none' } });
    const definition = { 'alternate-exchange': 'argument-alternate' };
    await target.operator.setPolicy({ name: 'argument', vhost, pattern: '^argument-own$', definition });
    expect(await isRouted(channel, 'argument-own')).toBe(false);
  });

  test('policies/priority: of the policies that match, the one with the highest priority counts, alone', async () => {
    const { channel } = await routes('priority');
    await channel.exchange('priority-none', 'fanout', { autoDelete: false });
    const policy = (name: string, priority: number, exchange: string) => {
      const definition = { 'alternate-exchange': exchange };
      return target.operator.setPolicy({ name, vhost, pattern: '^priority-x$', definition, priority });
    };
    await policy('priority-low', 1, 'priority-none');
    await policy('priority-high', 2, 'priority-alternate');
    await policy('priority-lowest', 0, 'priority-none');
    expect(await isRouted(channel, 'priority-x')).toBe(true);
    await target.operator.clearPolicy({ name: 'priority-high', vhost });
    expect(await isRouted(channel, 'priority-x')).toBe(false);
  });

  test('policies/apply-to: a policy for queues is none for exchanges of the same name', async () => {
    const { channel } = await routes('kind');
    const policy = { name: 'kind', vhost, pattern: '^kind-x$', definition: { 'alternate-exchange': 'kind-alternate' } };
    await target.operator.setPolicy({ ...policy, applyTo: 'queues' });
    expect(await isRouted(channel, 'kind-x')).toBe(false);
    await target.operator.setPolicy({ ...policy, applyTo: 'exchanges' });
    expect(await isRouted(channel, 'kind-x')).toBe(true);
  });

  test('policies/predeclared: predeclared exchanges are under policies too, the default exchange is not', async () => {
    const { channel } = await routes('predeclared');
    const definition = { 'alternate-exchange': 'predeclared-alternate' };
    await target.operator.setPolicy({ name: 'all', vhost, pattern: '^(amq\\.direct)?$', definition });
    expect(await isRouted(channel, 'amq.direct')).toBe(true);
    expect(await isRouted(channel, '')).toBe(false);
    await target.operator.clearPolicy({ name: 'all', vhost });
  });
});
