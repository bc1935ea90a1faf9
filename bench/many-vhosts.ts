/**
 * Very many queues and vhosts, without a client: how long a start with them takes, and for how long the event loop stands still while policies
 * change and a vhost goes. To standard output; `node bench/many-vhosts.ts [SCALE]`.
 */
import { deleteVhost } from '../src/broker/operations/vhosts.ts';
import { clearPolicy, setPolicy } from '../src/broker/operations/policies.ts';
import type { BrokerNode } from '../src/broker/topology/broker-node.ts';
import type { Vhost } from '../src/broker/topology/vhost.ts';
import { EMPTY_TABLE } from '../src/protocol/field-table.ts';
import { report, turns, withFolder, withNode } from './turns.ts';

const SCALE = Number(process.argv[2] ?? 1);
const VHOSTS = Math.ceil(2000 * SCALE);
const QUEUES = Math.ceil(20_000 * SCALE);
const LARGE = 'large';

function main(): Promise<void> {
  return withFolder(async (folder) => {
    await withNode(folder, (node) => fill(node));
    const startedAt = performance.now();
    await withNode(folder, async (node) => {
      report(`start with ${VHOSTS} vhosts and ${2 * QUEUES} queues`, performance.now() - startedAt);
      await change(node);
    });
  });
}

/** As many queues in one vhost as in all the others together. */
async function fill(node: BrokerNode): Promise<void> {
  for (let i = 0; i < VHOSTS; i++) declare(newVhost(node, `v${i}`), Math.ceil(QUEUES / VHOSTS));
  declare(newVhost(node, LARGE), QUEUES);
  await new Promise<void>((resolve) => node.store.afterCommit(resolve));
}

function newVhost(node: BrokerNode, name: string): Vhost {
  return node.putVhost({ name, description: '', tags: [], defaultQueueType: undefined });
}

function declare(vhost: Vhost, count: number): void {
  const options = { durable: true, autoDelete: false, owner: undefined, arguments: EMPTY_TABLE };
  for (let i = 0; i < count; i++) vhost.declareQueue({ ...options, name: `q${i}` });
}

async function change(node: BrokerNode): Promise<void> {
  const policy = { name: 'p', priority: 0, applyTo: 'all', definition: { 'message-ttl': 60_000 } } as const;
  const set = (pattern: string) => setPolicy(node, LARGE, 'policy', { ...policy, pattern }).untilStored();
  await turns('a policy that matches nothing', () => set('^nothing$'));
  await turns('a policy that matches all of 20,000 queues', () => set('.*'));
  await turns('it is cleared', () => clearPolicy(node, LARGE, 'policy', 'p').untilStored());
  await turns('a vhost with 20,000 queues is deleted', () => deleteVhost(node, LARGE).untilStored());
}

await main();
