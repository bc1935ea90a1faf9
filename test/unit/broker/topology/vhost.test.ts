import { beforeEach, describe, expect, test } from 'vitest';
import type { DeclaredQueue } from '../../../../src/broker/queue/declared-queue.ts';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

let vhost: Vhost;
let queue: DeclaredQueue;

beforeEach(() => {
  ({ vhost } = nodeInMemory());
  queue = vhost.declareQueue({
    name: 'q',
    durable: false,
    autoDelete: false,
    owner: undefined,
    arguments: EMPTY_TABLE,
  });
});

function exchange(name: string): string {
  vhost.declareExchange({
    name,
    type: 'fanout',
    durable: false,
    autoDelete: true,
    internal: false,
    arguments: EMPTY_TABLE,
  });
  return name;
}

function bind(source: string, destinationKind: 'queue' | 'exchange', destination: string): void {
  vhost.bind({ source, destinationKind, destination, routingKey: '', arguments: EMPTY_TABLE }, {});
}

const declared = (): string[] => [...vhost.exchanges].map(({ name }) => name).filter((name) => name.startsWith('x'));

describe('auto-delete exchanges', () => {
  test('go with the queue behind them, however long the chain of them is', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => exchange(`x${i}`));
    for (let i = 1; i < names.length; i++) bind(names[i - 1], 'exchange', names[i]);
    bind(names.at(-1)!, 'queue', 'q');
    vhost.deleteQueue(queue);
    expect(declared()).toEqual([]);
  });

  test('stay as long as one binding is left, in a circle too', () => {
    for (const name of ['x1', 'x2', 'x3']) exchange(name);
    bind('x1', 'exchange', 'x2');
    bind('x2', 'exchange', 'x1');
    bind('x1', 'exchange', 'x3');
    bind('x3', 'queue', 'q');
    vhost.deleteQueue(queue);
    expect(declared()).toEqual(['x1', 'x2']);
    vhost.deleteExchange('x1', false);
    expect(declared()).toEqual([]);
  });
});

describe('exclusive queues', () => {
  const declare = (name: string, owner: object | undefined): DeclaredQueue =>
    vhost.declareQueue({ name, durable: false, autoDelete: false, owner, arguments: EMPTY_TABLE });
  const names = (): string[] => [...vhost.queues].map(({ name }) => name);

  test('go with their connection, whose end looks at no other queue', () => {
    const [one, other] = [{}, {}];
    for (const name of ['a', 'b', 'deleted']) declare(name, one);
    declare('c', other);
    vhost.deleteQueue(vhost.queue('deleted')!);
    declare('deleted', other);
    Object.defineProperty(vhost.queue('q'), 'owner', { get: () => expect.unreachable() });
    vhost.deleteExclusive(one);
    expect(names()).toEqual(['q', 'c', 'deleted']);
    vhost.deleteExclusive(one);
    vhost.deleteExclusive(other);
    expect(names()).toEqual(['q']);
  });
});
