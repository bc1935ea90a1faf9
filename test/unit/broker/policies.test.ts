import { describe, expect, test } from 'vitest';
import { BrokerNode } from '../../../src/broker/topology/broker-node.ts';
import type { Policy, PolicyKind } from '../../../src/broker/policy/policy.ts';
import { mergeDefinitions, withDefinition } from '../../../src/broker/policy/effective-arguments.ts';
import { fromFieldTable, toFieldTable } from '../../../src/codec/field-table.ts';
import { HandClock } from '../../support/hand-clock.ts';
import { nodeInMemory } from '../../support/recovery/node.ts';

type Definition = Readonly<Record<string, unknown>>;

const policyOf = (definition: Definition, more: Partial<Policy> = {}): Policy => ({
  name: 'p',
  pattern: '.*',
  priority: 0,
  applyTo: 'all',
  definition,
  ...more,
});

/** Something that remembers what it was told to go by. */
class Entity {
  readonly kind: 'queue' | 'exchange';
  readonly name: string;
  readonly arguments;

  constructor(name: string, args: Definition = {}, kind: 'queue' | 'exchange' = 'queue') {
    this.kind = kind;
    this.name = name;
    this.arguments = toFieldTable(args);
  }
}

describe('a policy', () => {
  const refused: [PolicyKind, Definition, string][] = [
    ['policy', { foo: 5 }, '[{<<"foo">>,5}] are not recognised policy settings'],
    ['policy', {}, 'no policy provided'],
    ['policy', { 'message-ttl': -1 }, '-1 is not a valid message TTL'],
    ['policy', { 'message-ttl': 'x' }, '<<"x">> is not a valid message TTL'],
    ['policy', { expires: 0 }, '0 is not a valid queue expiry'],
    ['policy', { 'max-length': -1 }, '-1 is not a valid maximum length'],
    ['policy', { 'max-length-bytes': 1.5 }, '1.5 is not a valid maximum length in bytes'],
    ['policy', { overflow: 'x' }, '<<"x">> is not a valid overflow value'],
    ['policy', { 'alternate-exchange': 5 }, '5 is not a valid alternate exchange name'],
    ['policy', { 'dead-letter-exchange': 5 }, '5 is not a valid dead letter exchange name'],
    ['policy', { 'dead-letter-strategy': 'x' }, '<<"x">> is not a valid dead letter strategy'],
    ['policy', { 'queue-mode': 'x' }, '<<"x">> is not a valid queue-mode value'],
    ['policy', { 'queue-version': 3 }, '3 is not a valid queue-version value'],
    ['policy', { 'max-age': '5' }, '<<"5">> is not a valid max age'],
    ['policy', { 'queue-leader-locator': 'x' }, '<<"x">> is not a valid queue leader locator value'],
    ['policy', { foo: 5, 'message-ttl': -1, 'max-length': -2 }, '-2 is not a valid maximum length'],
    [
      'operator_policy',
      { 'dead-letter-exchange': 'x' },
      '[{<<"dead-letter-exchange">>,<<"x">>}] are not recognised policy settings',
    ],
  ];
  test.each(refused)("%s %j is refused in RabbitMQ's words", (kind, definition, text) => {
    const { policies } = nodeInMemory().vhost;
    expect(() => policies.put(kind, policyOf(definition))).toThrow(`Validation failed\n\n${text}\n`);
    expect(policies.list(kind)).toEqual([]);
  });

  test('whose pattern is no regular expression is refused', () => {
    const { policies } = nodeInMemory().vhost;
    expect(() => policies.put('policy', policyOf({ expires: 1 }, { pattern: '(' }))).toThrow(
      'Validation failed\n\npattern should be regular expression but is invalid: {"missing )",1}\n',
    );
  });

  test('applies by pattern, by kind and by queue type', () => {
    const { policies } = nodeInMemory().vhost;
    const applies = (entity: Entity) => policies.appliedTo(entity).policy !== undefined;
    policies.put('policy', policyOf({ 'max-length-bytes': 1 }, { pattern: '^a', applyTo: 'queues' }));
    expect([applies(new Entity('a1')), applies(new Entity('b1')), applies(new Entity('a1', {}, 'exchange'))]).toEqual([
      true,
      false,
      false,
    ]);
    policies.put('policy', policyOf({ 'max-length-bytes': 1 }, { applyTo: 'quorum_queues' }));
    expect([applies(new Entity('q')), applies(new Entity('q', { 'x-queue-type': 'quorum' }))]).toEqual([false, true]);
    policies.put('policy', policyOf({ 'max-length-bytes': 1 }, { applyTo: 'streams' }));
    expect([applies(new Entity('q')), applies(new Entity('q', { 'x-queue-type': 'stream' }))]).toEqual([false, true]);
    policies.put('policy', policyOf({ 'max-length-bytes': 1 }, { applyTo: 'classic_queues' }));
    expect([applies(new Entity('q')), applies(new Entity('q', { 'x-queue-type': 'quorum' }))]).toEqual([true, false]);
  });

  test('does not apply at all to a queue whose type does not know one of its settings', () => {
    const { policies } = nodeInMemory().vhost;
    policies.put('policy', policyOf({ 'max-length-bytes': 1, 'message-ttl': 5 }));
    expect(policies.appliedTo(new Entity('s', { 'x-queue-type': 'stream' })).definition).toEqual({});
    expect(policies.appliedTo(new Entity('c')).definition).toEqual({ 'max-length-bytes': 1, 'message-ttl': 5 });
  });

  test('counts alone where its priority is the highest that matches', () => {
    const { policies } = nodeInMemory().vhost;
    policies.put('policy', policyOf({ expires: 1 }, { name: 'low', priority: -1 }));
    policies.put('policy', policyOf({ 'max-length': 2 }, { name: 'high', priority: 7 }));
    policies.put('policy', policyOf({ 'max-length': 3 }, { name: 'elsewhere', priority: 9, pattern: '^b' }));
    expect(policies.appliedTo(new Entity('a'))).toMatchObject({
      policy: { name: 'high' },
      definition: { 'max-length': 2 },
    });
  });

  test('leaves the expiry of a queue where it is, unless it says another', () => {
    const clock = new HandClock();
    const { vhost } = nodeInMemory(clock);
    vhost.policies.put('policy', policyOf({ expires: 100 }));
    vhost.declareQueue({ name: 'q', durable: false, autoDelete: false, owner: undefined, arguments: new Map() });
    clock.pass(60);
    vhost.policies.put('policy', policyOf({ 'max-length': 1 }, { name: 'elsewhere', pattern: 'x' }));
    vhost.policies.put('policy', policyOf({ expires: 100, 'max-length': 1 }));
    clock.pass(39);
    expect(vhost.queue('q')).toBeDefined();
    clock.pass(1);
    expect(vhost.queue('q')).toBeUndefined();
  });

  test('expires a queue after as long as it says, and not because somebody sets the time forward', () => {
    const clock = new HandClock();
    const { vhost } = nodeInMemory(clock);
    vhost.policies.put('policy', policyOf({ expires: 600_000 }));
    vhost.declareQueue({ name: 'q', durable: false, autoDelete: false, owner: undefined, arguments: new Map() });
    clock.jump(3_600_000);
    clock.pass(599_999);
    expect(vhost.queue('q')).toBeDefined();
    clock.pass(1);
    expect(vhost.queue('q')).toBeUndefined();
  });

  test('is there again after a restart, with what it says of recovered queues', async () => {
    const { node, store, vhost } = nodeInMemory();
    vhost.declareQueue({ name: 'q', durable: true, autoDelete: false, owner: undefined, arguments: new Map() });
    vhost.policies.put('policy', policyOf({ 'message-ttl': 5 }, { priority: 3, applyTo: 'queues' }));
    vhost.policies.put('operator_policy', policyOf({ 'message-ttl': 4 }));
    vhost.policies.put('policy', policyOf({ expires: 5 }, { name: 'gone' }));
    vhost.policies.delete('policy', 'gone');
    await new Promise<void>((resolve) => store.afterCommit(resolve));
    const again = new BrokerNode(store, Infinity);
    again.recover();
    expect(again.vhost('/')!.policies.list('policy')).toEqual(node.vhost('/')!.policies.list('policy'));
    const { policies } = again.vhost('/')!;
    expect(fromFieldTable(policies.effectiveSettings(again.vhost('/')!.queue('q')!))).toEqual({ 'x-message-ttl': 4 });
  });
});

describe('an operator policy', () => {
  test.each<[Definition, Definition, Definition]>([
    [{ 'message-ttl': 5 }, { 'message-ttl': 3 }, { 'message-ttl': 3 }],
    [{ 'message-ttl': 2 }, { 'message-ttl': 3 }, { 'message-ttl': 2 }],
    [{ 'max-length': 2 }, { expires: 3 }, { 'max-length': 2, expires: 3 }],
    [{ overflow: 'drop-head' }, { overflow: 'reject-publish' }, { overflow: 'reject-publish' }],
    [{ 'delivery-limit': 9 }, { 'delivery-limit': 3 }, { 'delivery-limit': 3 }],
    [{ 'delivery-limit': -1 }, { 'delivery-limit': 3 }, { 'delivery-limit': 3 }],
    [{}, { 'max-length': 1 }, { 'max-length': 1 }],
  ])('%j under %j is %j', (policy, operator, expected) => {
    expect(mergeDefinitions(policy, operator)).toEqual(expected);
  });
});

describe('declared arguments', () => {
  test.each<[Definition, Definition, Definition]>([
    [{ 'x-message-ttl': 5 }, { 'message-ttl': 3 }, { 'x-message-ttl': 3 }],
    [{ 'x-message-ttl': 2 }, { 'message-ttl': 3 }, { 'x-message-ttl': 2 }],
    [{ 'x-max-length': 0 }, { 'max-length': 3 }, { 'x-max-length': 0 }],
    [{ 'x-expires': 50 }, { expires: 3 }, { 'x-expires': 3 }],
    [{ 'x-overflow': 'drop-head' }, { overflow: 'reject-publish' }, { 'x-overflow': 'drop-head' }],
    [{ 'x-dead-letter-exchange': 'own' }, { 'dead-letter-exchange': 'p' }, { 'x-dead-letter-exchange': 'own' }],
    [{ 'x-max-age': '1h' }, { 'max-age': '7D' }, { 'x-max-age': '1h' }],
    [{ 'x-max-age': '7D' }, { 'max-age': '90m' }, { 'x-max-age': '90m' }],
    [{ 'x-max-priority': 5 }, { 'max-length': 3 }, { 'x-max-priority': 5, 'x-max-length': 3 }],
  ])('%j under a policy with %j come to %j', (args, definition, expected) => {
    expect(fromFieldTable(withDefinition('queue', toFieldTable(args), definition))).toEqual(expected);
  });

  test('of an exchange have no prefix', () => {
    const settings = withDefinition('exchange', toFieldTable({}), { 'alternate-exchange': 'other' });
    expect(fromFieldTable(settings)).toEqual({ 'alternate-exchange': 'other' });
  });
});
