/** A vhost that is deleted goes in time slices, and is gone for everybody at once. */
import { describe, expect, test } from 'vitest';
import type { Vhost } from '../../../../src/broker/topology/vhost.ts';
import { deleteVhost } from '../../../../src/broker/operations/vhosts.ts';
import { EMPTY_TABLE } from '../../../../src/protocol/field-table.ts';
import { BusyClock, nextTurn } from '../../../support/busy-clock.ts';
import { type NodeInMemory, nodeInMemory } from '../../../support/recovery/node.ts';

const QUEUES = 500;

const spec = (name: string) => ({ name, description: '', tags: [], defaultQueueType: undefined });
const queue = { durable: true, autoDelete: false, owner: undefined, arguments: EMPTY_TABLE };

/** A vhost with many queues, on a node whose turns have time for fifty of them. */
async function large(): Promise<NodeInMemory & { large: Vhost }> {
  const it = nodeInMemory(new BusyClock(() => 0.1));
  const large = it.node.putVhost(spec('large'));
  const exchange = { name: 'x', type: 'fanout', durable: true, autoDelete: false, internal: false };
  large.declareExchange({ ...exchange, arguments: EMPTY_TABLE });
  for (let i = 0; i < QUEUES; i++) {
    large.declareQueue({ ...queue, name: `q${i}` });
    const binding = { source: 'x', destinationKind: 'queue', destination: `q${i}`, routingKey: '' } as const;
    large.bind({ ...binding, arguments: EMPTY_TABLE }, {});
  }
  await new Promise<void>((resolve) => it.store.afterCommit(resolve));
  await nextTurn();
  return { ...it, large };
}

const rows = ({ store }: NodeInMemory) => {
  const { vhosts, exchanges, queues, bindings } = store.recover();
  const names = (kind: readonly { readonly name: string }[]) => kind.map(({ name }) => name);
  return { vhosts: names(vhosts), exchanges: names(exchanges), queues: names(queues), bindings: bindings.length };
};

describe('deleting a vhost with many queues', () => {
  test('takes no long turn, and is told when all of it is gone', async () => {
    const it = await large();
    const { node, large: vhost } = it;
    let isGone = false;
    void deleteVhost(node, 'large')
      .untilStored()
      .then(() => (isGone = true));
    expect([node.vhost('large'), [...node.vhosts].length]).toEqual([undefined, 1]);
    let turns = 0;
    for (let left = QUEUES; !isGone; turns++) {
      const now = [...vhost.queues].length;
      expect(left - now).toBeLessThanOrEqual(60);
      left = now;
      await nextTurn();
    }
    expect(turns).toBeGreaterThan(QUEUES / 60);
    expect(rows(it)).toEqual({ vhosts: ['/'], exchanges: [], queues: [], bindings: 0 });
  });

  test('leaves a new vhost of its name alone', async () => {
    const it = await large();
    const gone = deleteVhost(it.node, 'large').untilStored();
    const anew = it.node.putVhost(spec('large'));
    expect([...anew.queues]).toEqual([]);
    anew.declareQueue({ ...queue, name: 'new' });
    await gone;
    for (let i = 0; i < 20; i++) await nextTurn();
    await new Promise<void>((resolve) => it.store.afterCommit(resolve));
    expect(it.node.vhost('large')).toBe(anew);
    expect(rows(it)).toEqual({ vhosts: ['/', 'large'], exchanges: [], queues: ['new'], bindings: 0 });
  });

  test('is brought to an end when the broker stops', async () => {
    const it = await large();
    const gone = deleteVhost(it.node, 'large').untilStored();
    it.node.stop();
    await gone;
    expect(rows(it)).toEqual({ vhosts: ['/'], exchanges: [], queues: [], bindings: 0 });
  });
});
