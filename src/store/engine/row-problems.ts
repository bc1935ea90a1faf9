/** What makes no sense about rows, as a start finds it and as a check does. In a damaged row a column may be of any type. */
import type { RecoveredPage, RecoveredState } from '../stored-records.ts';
import { ofPageChecksum } from './checksum.ts';
import type { Counters } from './stored-ids.ts';

/** What makes no sense about a page, its data unseen; undefined if all is well. */
export function pageProblem({ base, first, last, count }: RecoveredPage): string | undefined {
  // Written so that it fails for what is no number, too.
  const sound = base >= 0 && base <= first && first <= last && count >= 1 && count <= last - first + 1;
  return sound ? undefined : `says that it has ${count} messages from ${first} to ${last}`;
}

/** `known`: the row that tells which messages of a page are `what`; null if there is none. */
export function knownProblem(
  pageId: number,
  what: 'settled' | 'delivered again',
  known: Uint8Array | null,
  checksum: number | null,
): string | undefined {
  if (known === null || ofPageChecksum(pageId, known) === checksum) return undefined;
  return `has a record of what is ${what} that does not match its checksum`;
}

/** The same as lateCounters, of what a start has read: the first there is. */
export function counterProblem(
  counters: Counters,
  state: Pick<RecoveredState, 'queues' | 'exchanges' | 'bodies'>,
  pages: readonly RecoveredPage[],
): string | undefined {
  const [problem] = lateCounters(counters, {
    queue: highest([...state.queues.map(({ id }) => id), ...state.exchanges.map(({ logId }) => logId ?? 0)]),
    page: highest(pages.map(({ id }) => id)),
    body: highest(state.bodies.keys()),
  });
  return problem;
}

/** Ids that were used are below their counters, or they would be used twice. `used`: the highest of each kind; 0 if there is none. */
export function* lateCounters(counters: Counters, used: Counters): Iterable<string> {
  for (const kind of ['queue', 'page', 'body'] as const) {
    // Written so that it fails for what is no number, too.
    if (!(counters[kind] > used[kind])) yield `the counter of ${kind} is behind`;
  }
}

function highest(ids: Iterable<number>): number {
  let last = 0;
  for (const id of ids) last = Math.max(last, id);
  return last;
}
