/**
 * Very many queues and vhosts, without a client: how long a start with them takes, and for how long the event loop stands still while policies
 * change and a vhost goes. To standard output; `node bench/many-vhosts.ts [SCALE]`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteVhost } from '../src/broker/operations/vhosts.ts';
import { clearPolicy, setPolicy } from '../src/broker/operations/policies.ts';
import { BrokerNode } from '../src/broker/topology/broker-node.ts';
import type { Vhost } from '../src/broker/topology/vhost.ts';
import { EMPTY_TABLE } from '../src/protocol/field-table.ts';
import { SqliteStore } from '../src/store/sqlite/sqlite-store.ts';

const SCALE = Number(process.argv[2] ?? 1);
const VHOSTS = Math.ceil(2000 * SCALE);
const QUEUES = Math.ceil(20_000 * SCALE);
const LARGE = 'large';

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-many-'));
  try {
    await withNode(folder, (node) => fill(node));
    const startedAt = performance.now();
    await withNode(folder, async (node) => {
      report(`start with ${VHOSTS} vhosts and ${2 * QUEUES} queues`, performance.now() - startedAt);
      await change(node);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withNode(folder: string, use: (node: BrokerNode) => Promise<void>): Promise<void> {
  const store = await SqliteStore.open({ folder });
  const node = new BrokerNode(store, Infinity);
  node.recover();
  await use(node);
  node.stop();
  await store.close();
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

/** Reports how long it took, and the longest turn of the event loop meanwhile: what this thread worked in it, whatever else the machine did. */
async function turns(what: string, run: () => Promise<unknown>): Promise<void> {
  let longest = 0;
  let before = workedMs();
  let goesOn = true;
  const look = (): void => {
    const now = workedMs();
    longest = Math.max(longest, now - before);
    before = now;
    if (goesOn) setImmediate(look);
  };
  look();
  const startedAt = performance.now();
  await run();
  const took = performance.now() - startedAt;
  await new Promise((resolve) => setImmediate(resolve));
  goesOn = false;
  report(what, took, longest);
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function report(what: string, took: number, longest?: number): void {
  const turn = longest === undefined ? '' : `, the longest turn ${longest.toFixed(1)} ms`;
  console.log(`${what}: ${took.toFixed(0)} ms${turn}`);
}

await main();
