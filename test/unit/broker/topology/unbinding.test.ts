/** Bindings that go with what they belong to: all at once, however many they are. */
import { describe, expect, test } from 'vitest';
import { specOf } from '../../../../src/broker/routing/exchange/binding.ts';
import { EXCHANGE_TYPES } from '../../../../src/broker/routing/exchange/types.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { toFieldTable } from '../../../../src/codec/field-table.ts';
import { EMPTY_TABLE, type FieldTable } from '../../../../src/protocol/field-table.ts';
import type { TopologyChange } from '../../../../src/store/stored-records.ts';
import { messageOf } from '../../../support/recovery/messages.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

function declareExchange(vhost: Vhost, name: string, type: string, args: FieldTable = EMPTY_TABLE): void {
  vhost.declareExchange({ name, type, durable: true, autoDelete: false, internal: false, arguments: args });
}

function declareQueue(vhost: Vhost, name: string, durable = true): void {
  vhost.declareQueue({ name, durable, autoDelete: false, owner: undefined, arguments: EMPTY_TABLE });
}

function bind(vhost: Vhost, source: string, to: string, routingKey = '', kind: 'queue' | 'exchange' = 'queue'): void {
  vhost.bind({ source, destinationKind: kind, destination: to, routingKey, arguments: EMPTY_TABLE }, {});
}

/** Queues that got one of some messages with this key. */
function reached(vhost: Vhost, routingKey: string): string[] {
  const exchange = vhost.existingExchange('x');
  for (let i = 0; i < 20; i++) {
    const message = messageOf({ exchange: 'x', routingKey, body: '' });
    vhost.publish(message, vhost.route(exchange, message), undefined, 0);
  }
  return [...vhost.queues].flatMap((queue) => (queue.purge() > 0 ? queue.name : []));
}

describe.each([...EXCHANGE_TYPES.keys(), 'x-delayed-message'])('an exchange of the type %s', (type) => {
  const args = type === 'x-delayed-message' ? toFieldTable({ 'x-delayed-type': 'topic' }) : EMPTY_TABLE;
  // What each type takes as a key, and what all of the queues are reached by.
  const keys = type === 'x-consistent-hash' ? ['1', '2', '3'] : type === 'x-local-random' ? [''] : ['1', '#', '1.#'];

  test.each([
    ['one of its many queues', ['gone']],
    ['most of its queues', ['gone', 'b', 'c', 'd']],
  ])('routes to none of %s when they are deleted, and to the others as before', (_, deleted) => {
    const { vhost } = nodeInMemory();
    const names = ['gone', 'b', 'c', 'd', 'kept'];
    declareExchange(vhost, 'x', type, args);
    for (const name of names) {
      declareQueue(vhost, name);
      for (const key of keys) bind(vhost, 'x', name, key);
    }
    reached(vhost, '1');
    for (const name of deleted) vhost.deleteQueue(vhost.queue(name)!);
    const left = names.filter((name) => !deleted.includes(name));
    const before = reached(vhost, '1');
    expect(left).toEqual(expect.arrayContaining(before));
    expect(before.length).toBeGreaterThan(0);
    const bindings = [...vhost.existingExchange('x').bindings];
    expect(bindings.map(({ destination }) => destination.name)).toEqual(left.flatMap((name) => keys.map(() => name)));
    // Each is known at both ends, and can be removed.
    for (const binding of bindings) vhost.unbind(specOf(binding), {});
    expect([...vhost.queues].map(({ incoming }) => incoming.size)).toEqual(left.map(() => 0));
    expect(reached(vhost, '1')).toEqual([]);
  });

  test('leaves nothing when it is deleted, nor to another of its name', () => {
    const { vhost } = nodeInMemory();
    declareExchange(vhost, 'x', type, args);
    declareQueue(vhost, 'q');
    for (const key of keys) bind(vhost, 'x', 'q', key);
    const listed = vhost.existingExchange('x').bindings;
    expect(listed.next().done).toBe(false);
    expect(reached(vhost, '1')).toEqual(['q']);
    vhost.deleteExchange('x', false);
    expect(vhost.queue('q')!.incoming.size).toBe(0);
    // Of a list that is made in time slices.
    if (keys.length > 1) expect(listed.next().done).toBe(true);
    declareExchange(vhost, 'x', type, args);
    expect(reached(vhost, '1')).toEqual([]);
  });
});

describe('the store is told once', () => {
  function told(prepare: (vhost: Vhost) => void, remove: (vhost: Vhost) => void): readonly TopologyChange[] {
    const { node, store, vhost } = nodeInMemory();
    prepare(vhost);
    const changes: TopologyChange[] = [];
    const change = store.change.bind(store);
    store.change = (row) => {
      changes.push(row);
      change(row);
    };
    remove(vhost);
    expect(node.vhost('/')).toBe(vhost);
    return changes;
  }

  const bound = (vhost: Vhost): void => {
    for (const name of ['x', 'y']) declareExchange(vhost, name, 'topic');
    vhost.declareExchange({
      name: 't',
      type: 'topic',
      durable: false,
      autoDelete: false,
      internal: false,
      arguments: EMPTY_TABLE,
    });
    declareQueue(vhost, 'q');
    declareQueue(vhost, 'transient', false);
    for (let i = 0; i < 100; i++) {
      for (const source of ['x', 't']) {
        bind(vhost, source, 'q', `${i}`);
        bind(vhost, source, 'transient', `${i}`);
        bind(vhost, source, 'y', `${i}`, 'exchange');
      }
    }
  };

  test('that an exchange goes with its bindings', () => {
    expect(told(bound, (vhost) => vhost.deleteExchange('x', false))).toEqual([
      { op: 'delete-exchange', vhost: '/', name: 'x', boundFrom: [] },
    ]);
  });

  test('from which exchanges those lead that go with one, or with a queue', () => {
    expect(told(bound, (vhost) => vhost.deleteExchange('y', false))).toEqual([
      { op: 'delete-exchange', vhost: '/', name: 'y', boundFrom: ['x'] },
    ]);
    expect(told(bound, (vhost) => vhost.deleteQueue(vhost.queue('q')!))).toEqual([
      expect.objectContaining({ op: 'delete-queue', name: 'q', boundFrom: ['x'] }),
    ]);
  });

  test('nothing of what it does not have', () => {
    expect(told(bound, (vhost) => vhost.deleteExchange('t', false))).toEqual([]);
    expect(told(bound, (vhost) => vhost.deleteQueue(vhost.queue('transient')!))).toEqual([]);
  });
});

test('the exclusive queues of a connection go in one change of the vhost, with an exchange that led to no others', () => {
  const { node, vhost } = nodeInMemory();
  const owner = {};
  for (const name of ['x', 'y']) {
    const options = { type: 'fanout', durable: true, autoDelete: true, internal: false, arguments: EMPTY_TABLE };
    vhost.declareExchange({ name, ...options });
  }
  const names = ['a', 'b', 'c'];
  for (const name of names) {
    vhost.declareQueue({ name, durable: false, autoDelete: false, owner, arguments: EMPTY_TABLE });
    for (const source of ['x', 'y']) {
      vhost.bind(
        { source, destinationKind: 'queue', destination: name, routingKey: '', arguments: EMPTY_TABLE },
        owner,
      );
    }
  }
  declareQueue(vhost, 'other');
  bind(vhost, 'y', 'other');
  let commits = 0;
  const commit = node.commit.bind(node);
  node.commit = (...args) => {
    commits++;
    commit(...args);
  };
  vhost.deleteExclusive(owner);
  vhost.deleteExclusive(owner);
  expect(commits).toBe(1);
  expect([...vhost.queues].map(({ name }) => name)).toEqual(['other']);
  expect([vhost.exchange('x'), vhost.exchange('y')?.bindingCount]).toEqual([undefined, 1]);
});

test('an observer is told of each binding once, and then of what it went with', () => {
  const { node, vhost } = nodeInMemory();
  declareExchange(vhost, 'x', 'fanout');
  declareExchange(vhost, 'y', 'fanout');
  declareQueue(vhost, 'q');
  bind(vhost, 'x', 'x', '', 'exchange');
  bind(vhost, 'x', 'q');
  bind(vhost, 'y', 'x', '', 'exchange');
  bind(vhost, 'y', 'q');
  const events: string[] = [];
  node.observe((event) => {
    if (event.type === 'unbound') events.push(`${event.source} ${event.destination}`);
    else events.push(event.type);
  });
  vhost.deleteExchange('x', false);
  vhost.deleteQueue(vhost.queue('q')!);
  expect(events).toEqual(['x x', 'x q', 'y x', 'exchange-deleted', 'y q', 'queue-deleted']);
});
