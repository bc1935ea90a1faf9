/** The query's `sort` and `sort_reverse`, which each list takes: by one field, such as `name` or `message_stats.publish` (RabbitMQ: HTTP API). */
import { valueWithin } from './columns.ts';
import type { Query } from './query.ts';

export interface Sorting {
  /** Undefined: in the list's own order. */
  readonly path: readonly string[] | undefined;
  readonly backwards: boolean;
}

export function readSorting(query: Query): Sorting {
  return { path: query.get('sort')?.split('.'), backwards: query.isTrue('sort_reverse') };
}

/** What something is sorted by. */
export interface SortKey {
  readonly rank: number;
  readonly key: number | string;
}

export function sortKey(value: unknown): SortKey {
  const rank = rankOf(value);
  return { rank, key: rank === 0 ? 0 : rank === 1 ? Number(value) : textOf(value) };
}

/** Erlang's order, as far as it shows: numbers before texts; what is missing comes first. */
export function compareKeys(a: SortKey, b: SortKey): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** An answer that was made whole, in the order that is asked for if it is a list. */
export function inOrder(answer: unknown, { path, backwards }: Sorting): unknown {
  if (!Array.isArray(answer)) return answer;
  if (path === undefined) return backwards ? answer.toReversed() : answer;
  const sign = backwards ? -1 : 1;
  return answer
    .map((item: unknown) => ({ item, ...sortKey(valueWithin(item, path)) }))
    .sort((a, b) => sign * compareKeys(a, b))
    .map(({ item }) => item);
}

function rankOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' || typeof value === 'boolean' ? 1 : 2;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
