/** What one broker tells its store is all that another needs to have the same: a shared store may hand it on. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exportDefinitions } from '../../../../src/broker/definitions/export.ts';
import { importDefinitions } from '../../../../src/broker/definitions/import.ts';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import { changeOf } from '../../../../src/broker/topology/change.ts';
import { MemoryStore } from '../../../../src/testing/store/memory-store.ts';
import type { TopologyChange } from '../../../../src/store/stored-records.ts';
import { definitionsArbitrary } from '../../../support/definitions.ts';
import { HandClock } from '../../../support/hand-clock.ts';
import { byOneClock } from '../../../../src/util/clock.ts';

/** What is durable. */
function stored(node: BrokerNode) {
  const { queues, exchanges, ...rest } = exportDefinitions(node, { product: 'RabbitMQ', productVersion: '3.13.7' });
  const durable = ({ durable }: { readonly durable?: unknown }): boolean => durable === true;
  return { ...rest, queues: queues!.filter(durable), exchanges: exchanges!.filter(durable) };
}

test('a node that is told each row of another has what that one has', async () => {
  const property = fc.asyncProperty(
    definitionsArbitrary(),
    fc.infiniteStream(fc.boolean()),
    async (definitions, choose) => {
      const rows: TopologyChange[] = [];
      const store = new MemoryStore();
      store.change = (row) => void rows.push(structuredClone(row));
      const node = new BrokerNode(store, Infinity, undefined, byOneClock(new HandClock()));
      node.recover({ user: 'guest', password: 'guest', vhost: '/' });
      await importDefinitions(node, definitions);
      const goes = (): boolean => choose.next().value as boolean;
      for (const vhost of node.vhosts) {
        for (const queue of [...vhost.queues]) if (goes()) vhost.deleteQueue(queue);
        for (const { name } of [...vhost.exchanges]) {
          if (!name.startsWith('amq.') && name !== '' && goes()) vhost.deleteExchange(name, false);
        }
        if (goes()) node.deleteVhost(vhost.name);
      }
      for (const { name } of [...node.auth.users]) if (goes()) node.deleteUser(name);

      const other = new BrokerNode(new MemoryStore(), Infinity, undefined, byOneClock(new HandClock()));
      for (const row of rows) other.apply(changeOf(row));
      expect(stored(other)).toEqual(stored(node));
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
