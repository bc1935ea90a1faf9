/** What is compared when the broker is back. */
import type { ConsumeMessage } from 'amqplib';
import { openChannel } from '../../support/interop/amqplib.ts';
import { barrier, hold } from '../../support/recovery/clients.ts';
import type { KillableBroker as WholeBroker } from '../../support/recovery/killable.ts';
import { idOf, type QueueLedger } from './ledger.ts';
import { bindingText, type Declarer, type Topology } from './topology.ts';

/** Its rows are asked for only if there are declarers. */
type KillableBroker = Pick<WholeBroker, 'url' | 'query'>;

/** A queue that grew past this is purged, so that a long run does not only read. */
const LARGE = 500;

/**
 * Compares everything; returns what is wrong. What the broker has is known to be there afterwards. If it rejects, the queues were `consumed`, and it
 * may be tried again.
 */
export async function check(
  broker: KillableBroker,
  queues: readonly QueueLedger[],
  declarers: readonly Declarer[],
): Promise<string[]> {
  const wrong: string[] = [];
  const found = new Map<QueueLedger, readonly ConsumeMessage[]>();
  for (const queue of queues) found.set(queue, await look(broker, queue.name));
  for (const declarer of declarers) wrong.push(...(await checkTopology(broker, declarer)));
  // That all this was delivered is to be known after the next kill.
  await barrier(broker.url);
  for (const [queue, messages] of found) wrong.push(...queue.check(messages));
  for (const [queue, { length }] of found) {
    if (length <= LARGE) continue;
    queue.purging();
    await (await openChannel(broker.url)).purgeQueue(queue.name);
    queue.purged();
  }
  return wrong;
}

/** All messages of a queue, which go back to it. */
async function look(broker: KillableBroker, queue: string): Promise<readonly ConsumeMessage[]> {
  const channel = await openChannel(broker.url);
  const { messageCount } = await channel.checkQueue(queue);
  await channel.close();
  if (messageCount === 0) return [];
  const held = await hold(broker.url, queue, messageCount, 0);
  await held.channel.close();
  return held.messages;
}

async function checkTopology(broker: KillableBroker, declarer: Declarer): Promise<string[]> {
  const { name, possible } = declarer;
  const inFile = topologyInFile(broker, name);
  const queues = new Map<string, readonly string[]>();
  for (const queue of inFile.queues.keys()) queues.set(queue, (await look(broker, queue)).map(idOf));
  const found = { ...inFile, queues };
  declarer.found(found);
  let wrong: string[] = [];
  for (const [n, before] of possible.entries()) {
    wrong = compareTopology(name, found, before, possible[n + 1] ?? before);
    if (wrong.length === 0) break;
  }
  return wrong;
}

/** What is wrong where an operation may have led any part of the way from one state to the next. */
function compareTopology(name: string, found: Topology, before: Topology, after: Topology): string[] {
  const description = describe(found);
  if (description !== describe(before) && description !== describe(after)) {
    return [`${name} has ${description}, not ${describe(before)} nor ${describe(after)}`];
  }
  const wrong: string[] = [];
  for (const [queue, ids] of found.queues) {
    // Either may be without the queue: the operation under way declared or deleted it.
    const [least, most] = [before.queues.get(queue) ?? [], after.queues.get(queue) ?? []];
    const publishing = startsWith(ids, least) && startsWith(most, ids);
    if (same(ids, least) || same(ids, most) || publishing) continue;
    wrong.push(`${queue} has ${ids.join()}, not ${least.join()} nor ${most.join()}`);
  }
  return wrong;
}

/** What the broker has just recovered from. */
function topologyInFile(broker: KillableBroker, owner: string): Topology {
  const names = (table: string): string[] =>
    broker.query(`SELECT name FROM ${table} WHERE name LIKE '${owner}-%'`) as string[];
  const autoDelete = broker.query(`SELECT name FROM exchange WHERE auto_delete = 1`);
  const bindings = broker.query(
    `SELECT json_array(source, destination_type, destination, routing_key) FROM binding WHERE source LIKE '${owner}-%'`,
  ) as string[];
  return {
    queues: new Map(names('queue').map((name) => [name, []])),
    exchanges: new Map(names('exchange').map((name) => [name, autoDelete.includes(name)])),
    bindings: new Set(bindings.map((row) => bindingText(...(JSON.parse(row) as [string, string, string, string])))),
  };
}

/** All but the messages. */
function describe({ queues, exchanges, bindings }: Topology): string {
  const sorted = (items: Iterable<unknown>): unknown[] => [...items].sort();
  const flagged = [...exchanges].map(([name, autoDelete]) => `${name}${autoDelete ? ' auto-delete' : ''}`);
  return JSON.stringify([sorted(queues.keys()), sorted(flagged), sorted(bindings)]);
}

function startsWith(whole: readonly string[], start: readonly string[]): boolean {
  return whole.length >= start.length && start.every((id, n) => whole[n] === id);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}
