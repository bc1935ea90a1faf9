/** A start costs as much as there are rows, however many vhosts they are in. */
import { expect, test } from 'vitest';
import { BrokerNode } from '../../../../src/broker/topology/broker-node.ts';
import type { RecoveredState } from '../../../../src/store/stored-records.ts';
import { nodeInMemory } from '../../../support/recovery/node.ts';

const VHOSTS = 40;

test('a start looks at each row a few times, however many vhosts there are', async () => {
  const { node, store } = nodeInMemory();
  for (let i = 0; i < VHOSTS; i++) {
    const vhost = node.putVhost({ name: `v${i}`, description: '', tags: [], defaultQueueType: undefined });
    const declaration = { name: 'x', type: 'fanout', durable: true, autoDelete: false, internal: false };
    vhost.declareExchange({ ...declaration, arguments: new Map() });
    vhost.declareQueue({ name: 'q', durable: true, autoDelete: false, owner: undefined, arguments: new Map() });
    const spec = { source: 'x', destinationKind: 'queue', destination: 'q', routingKey: '' } as const;
    vhost.bind({ ...spec, arguments: new Map() }, {});
  }
  await new Promise<void>((resolve) => store.afterCommit(resolve));

  let looks = 0;
  const counted = <Row extends { readonly vhost: string }>(rows: readonly Row[]): Row[] =>
    rows.map((row) =>
      Object.defineProperty({ ...row }, 'vhost', { enumerable: true, get: () => (looks++, row.vhost) }),
    );
  const recovered = store.recover();
  store.recover = (): RecoveredState => {
    const { exchanges, queues, bindings } = recovered;
    return { ...recovered, exchanges: counted(exchanges), queues: counted(queues), bindings: counted(bindings) };
  };
  const restarted = new BrokerNode(store, Infinity);
  restarted.recover();
  expect([...restarted.vhosts].flatMap(({ queues }) => [...queues])).toHaveLength(VHOSTS);
  expect(looks).toBeLessThan(3 * VHOSTS * 5);
});
