/**
 * Very many bindings: for how long the event loop stands still when what they belong to goes, when a connection leaves very many queues behind, and when
 * definitions are imported. To standard output; `node bench/many-bindings.ts [COUNT [CASE]]`. Each case has a process of its own, as V8 is quicker
 * with what it has compiled for another.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrokerNode } from '../src/broker/topology/broker-node.ts';
import type { Vhost } from '../src/broker/topology/vhost.ts';
import { toFieldTable } from '../src/codec/field-table.ts';
import { assemble } from '../src/embed/assemble.ts';
import { EMPTY_TABLE } from '../src/protocol/field-table.ts';
import { turns, withFolder, withNode } from './turns.ts';

const COUNT = Number(process.argv[2] ?? 20_000);
const NAMES = Array.from({ length: COUNT }, (_, i) => `n${i}`);
const TYPES = ['topic', 'direct', 'fanout', 'headers'] as const;
const NOBODY = {};

/** What there is before, and what is done to it then. */
type Case = (vhost: Vhost) => () => unknown;

const CASES: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(TYPES.map((type) => [`${type}, to as many queues`, (vhost) => manyQueues(vhost, type)])),
  ...Object.fromEntries(TYPES.map((type) => [`${type}, to one queue`, (vhost) => oneQueue(vhost, type)])),
  ...Object.fromEntries(
    TYPES.map((type) => [
      `a queue's, from a ${type} exchange`,
      (vhost: Vhost) => (oneQueue(vhost, type), () => remove(vhost, 'q')),
    ]),
  ),
  "an exchange's, from another": (vhost) => {
    betweenExchanges(vhost);
    return () => vhost.deleteExchange('destination', false);
  },
  "an exchange's, to another": (vhost) => {
    betweenExchanges(vhost);
    return () => vhost.deleteExchange('source', false);
  },
  "a queue's, from a topic exchange that has more for others": (vhost) => {
    oneQueue(vhost, 'topic');
    declareQueue(vhost, 'other');
    for (const name of [...NAMES, 'more']) bind(vhost, 'queue', 'other', name);
    return () => remove(vhost, 'q');
  },
  'exclusive queues': (vhost) => {
    const owner = {};
    for (const name of NAMES) declareQueue(vhost, name, owner);
    return () => vhost.deleteExclusive(owner);
  },
};

function manyQueues(vhost: Vhost, type: string): () => void {
  declareExchange(vhost, 'source', type);
  for (const name of NAMES) {
    declareQueue(vhost, name);
    bind(vhost, 'queue', name, name);
  }
  return () => vhost.deleteExchange('source', false);
}

function oneQueue(vhost: Vhost, type: string): () => void {
  declareExchange(vhost, 'source', type);
  declareQueue(vhost, 'q');
  for (const name of NAMES) bind(vhost, 'queue', 'q', name);
  return () => vhost.deleteExchange('source', false);
}

function remove(vhost: Vhost, queue: string): void {
  vhost.deleteQueue(vhost.queue(queue)!);
}

function betweenExchanges(vhost: Vhost): void {
  declareExchange(vhost, 'source', 'topic');
  declareExchange(vhost, 'destination', 'fanout');
  for (const name of NAMES) bind(vhost, 'exchange', 'destination', name);
}

function declareQueue(vhost: Vhost, name: string, owner?: object): void {
  vhost.declareQueue({ name, durable: owner === undefined, autoDelete: false, owner, arguments: EMPTY_TABLE });
}

function declareExchange(vhost: Vhost, name: string, type: string): void {
  vhost.declareExchange({ name, type, durable: true, autoDelete: false, internal: false, arguments: EMPTY_TABLE });
}

/** Each has another key, of three words, and if the exchange goes by arguments other ones. */
function bind(vhost: Vhost, destinationKind: 'queue' | 'exchange', destination: string, name: string): void {
  const args = vhost.exchange('source')!.type === 'headers' ? toFieldTable({ name }) : EMPTY_TABLE;
  vhost.bind({ source: 'source', destinationKind, destination, routingKey: `a.${name}.c`, arguments: args }, NOBODY);
}

async function measure(name: string): Promise<void> {
  await withFolder((folder) =>
    withNode(folder, async (node: BrokerNode) => {
      const vhost = node.putVhost({ name: '/', description: '', tags: [], defaultQueueType: undefined });
      const stored = () => new Promise<void>((resolve) => node.store.afterCommit(resolve));
      const go = CASES[name](vhost);
      await stored();
      await turns(name, () => {
        go();
        return stored();
      });
    }),
  );
}

const IMPORT = 'an import of queues over HTTP';

/** By a process of its own, which takes no time of this one. */
async function measureImport(folder: string): Promise<void> {
  const file = join(folder, 'definitions.json');
  const queues = NAMES.map((name) => ({ name, vhost: '/', durable: true, auto_delete: false, arguments: {} }));
  await writeFile(file, JSON.stringify({ queues }));
  const { listeners, ending } = await assemble({ dataDir: join(folder, 'data'), port: 0, managementPort: 0 });
  const port = listeners.places.find(({ protocol }) => protocol === 'http')!.port;
  const url = `http://127.0.0.1:${port}/api`;
  const request = (...options: readonly string[]) =>
    run('curl', '-sf', '-u', 'guest:guest', '-o', '/dev/null', ...options);
  await request(`${url}/overview`);
  const body = ['-H', 'content-type: application/json', '--data-binary', `@${file}`];
  await turns(IMPORT, () => request(...body, `${url}/definitions`));
  await ending.stop();
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const [code] = (await once(spawn(command, args, { stdio: 'inherit' }), 'exit')) as [number];
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

const asked = process.argv[3];
if (asked === IMPORT) await withFolder(measureImport);
else if (asked !== undefined) await measure(asked);
else
  for (const name of [...Object.keys(CASES), IMPORT])
    await run(process.execPath, import.meta.filename, `${COUNT}`, name);
