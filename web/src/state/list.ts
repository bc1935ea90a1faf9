/** A list that the broker filters, sorts and cuts into pages: what is asked for stands in the address. */
import type { Page } from '../api/types.ts';
import { withQuery } from '../api/client.ts';
import { valueText } from '../format.ts';
import { type Answer, useAnswer } from './answer.ts';
import { type QueryChanges, setQuery, useRoute } from './route.ts';

const PAGE_SIZE = 100;

export interface Order {
  readonly by: string | undefined;
  readonly reverse: boolean;
}

export function useOrder(): Order {
  const { query } = useRoute();
  return { by: query.get('sort') ?? undefined, reverse: query.get('reverse') === 'true' };
}

export function setOrder({ by, reverse }: Order): void {
  setQuery({ sort: by, reverse: reverse ? 'true' : undefined, page: undefined });
}

interface ListOptions {
  /** Fields that the rows need. */
  readonly columns: readonly string[];
  /** What is asked for beside the name. */
  readonly query?: QueryChanges;
  readonly on?: readonly string[];
}

export function useList<Row>(path: string, { columns, query = {}, on = [] }: ListOptions): Answer<Page<Row>> {
  const { query: asked } = useRoute();
  const { by, reverse } = useOrder();
  const address = withQuery(path, {
    page: asked.get('page') ?? 1,
    page_size: PAGE_SIZE,
    name: asked.get('name') ?? '',
    use_regex: asked.get('regex') ?? undefined,
    sort: by,
    sort_reverse: reverse ? 'true' : undefined,
    columns: columns.join(','),
    ...query,
  });
  return useAnswer<Page<Row>>(address, { on });
}

/** The page of a list that comes whole: filtered, sorted and cut here. */
export function useLocalPage<Row>(
  rows: readonly Row[] | undefined,
  textOf: (row: Row) => string,
): Page<Row> | undefined {
  const { query } = useRoute();
  const { by, reverse } = useOrder();
  if (rows === undefined) return undefined;
  const name = (query.get('name') ?? '').toLowerCase();
  const found = name === '' ? rows : rows.filter((row) => textOf(row).toLowerCase().includes(name));
  const ordered =
    by === undefined ? found : [...found].sort((a, b) => (reverse ? -1 : 1) * compare(valueAt(a, by), valueAt(b, by)));
  const pages = Math.max(1, Math.ceil(ordered.length / PAGE_SIZE));
  const number = Math.min(Number(query.get('page') ?? 1), pages);
  const items = ordered.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
  return { items, filtered_count: found.length, total_count: rows.length, page: number, page_count: pages };
}

function valueAt(row: unknown, path: string): unknown {
  return path.split('.').reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], row);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return valueText(a).localeCompare(valueText(b), 'en', { numeric: true });
}
