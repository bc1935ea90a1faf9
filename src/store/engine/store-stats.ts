/** What a store holds, counted without reading the messages: `leveret store stats`. */
import { bitAt } from '../../util/bytes.ts';
import type { RecoveredPage } from '../stored-records.ts';
import type { StoreContents } from './unloaded-logs.ts';

/** Of a queue, or of an exchange that keeps messages for later. */
export interface LogStats {
  readonly vhost: string;
  readonly name: string;
  /** Persistent messages that are not settled: ready after a start, or still to wait. */
  readonly messages: number;
  /** Bytes of its pages. What is settled in part keeps its bytes until the whole page is. */
  readonly bytes: number;
  /** Bytes of the bodies kept apart that its messages refer to. Other queues may refer to the same ones. */
  readonly bodyBytes: number;
}

export interface QueueStats extends LogStats {
  /** Keys of messages that the queue would drop if they came again. */
  readonly keys: number;
}

/** What is counted of any store. */
export interface CountedStore {
  readonly vhosts: number;
  readonly users: number;
  readonly exchanges: number;
  readonly bindings: number;
  /** In all queues and exchanges. */
  readonly messages: number;
  readonly bytes: number;
  /** Bodies kept apart, each counted once. */
  readonly bodies: number;
  readonly bodyBytes: number;
  /** Those with the most bytes first. */
  readonly queues: readonly QueueStats[];
  /** Exchanges that keep messages for later, likewise. */
  readonly delayed: readonly LogStats[];
}

type Counted = { -readonly [Key in keyof LogStats]: LogStats[Key] };

/** `seenKeys`: how many keys each queue has seen. */
export function countStore(
  { state, pages }: Pick<StoreContents, 'state' | 'pages'>,
  seenKeys: Iterable<readonly [queueId: number, keys: number]>,
): CountedStore {
  const queues = new Map(state.queues.map((queue) => [queue.id, { ...nothingOf(queue), keys: 0 }]));
  const delayed = new Map<number, Counted>();
  for (const exchange of state.exchanges) {
    if (exchange.logId !== undefined) delayed.set(exchange.logId, nothingOf(exchange));
  }
  for (const page of pages) {
    const log = queues.get(page.queueId) ?? delayed.get(page.queueId);
    if (log === undefined) continue;
    log.messages += page.count - settledCount(page);
    log.bytes += page.bytes;
    for (const body of bodiesOf(page)) log.bodyBytes += state.bodies.get(body) ?? 0;
  }
  for (const [queueId, keys] of seenKeys) {
    const queue = queues.get(queueId);
    if (queue !== undefined) queue.keys = keys;
  }
  const logs = [...queues.values(), ...delayed.values()];
  const bodySizes = [...state.bodies.values()];
  return {
    vhosts: state.vhosts.length,
    users: state.users.length,
    exchanges: state.exchanges.length,
    bindings: state.bindings.length,
    messages: sum(logs.map((log) => log.messages)),
    bytes: sum(logs.map((log) => log.bytes)),
    bodies: bodySizes.length,
    bodyBytes: sum(bodySizes),
    queues: largestFirst(queues),
    delayed: largestFirst(delayed),
  };
}

function nothingOf({ vhost, name }: { readonly vhost: string; readonly name: string }): Counted {
  return { vhost, name, messages: 0, bytes: 0, bodyBytes: 0 };
}

function largestFirst<Log extends LogStats>(logs: ReadonlyMap<number, Log>): Log[] {
  return [...logs.values()].sort((a, b) => b.bytes + b.bodyBytes - a.bytes - a.bodyBytes);
}

function isSettled({ settled }: RecoveredPage, position: number): boolean {
  return settled !== undefined && bitAt(settled, position);
}

function settledCount(page: RecoveredPage): number {
  let count = 0;
  if (page.settled !== undefined) for (let n = 0; n < page.count; n++) if (isSettled(page, n)) count++;
  return count;
}

/** Ids of the bodies that unsettled messages of the page refer to. */
function* bodiesOf(page: RecoveredPage): IterableIterator<number> {
  const { bodies } = page;
  for (let i = 0; i < (bodies?.length ?? 0); i += 2) if (!isSettled(page, bodies![i])) yield bodies![i + 1];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
