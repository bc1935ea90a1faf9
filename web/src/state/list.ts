/** A list that the broker filters, sorts and cuts into pages: what is asked for stands in the address. */
import type { Page } from '../api/types.ts';
import { withQuery } from '../api/client.ts';
import type { Order } from '../parts/table.tsx';
import { type Answer, useAnswer } from './answer.ts';
import { type QueryChanges, setQuery, useRoute } from './route.ts';

const PAGE_SIZE = 100;

interface List<Row> extends Answer<Page<Row>> {
  readonly order: Order;
  readonly setOrder: (order: Order) => void;
}

interface ListOptions {
  /** Fields that the rows need. */
  readonly columns: readonly string[];
  /** What is asked for beside the name. */
  readonly query?: QueryChanges;
  readonly on?: readonly string[];
}

export function useList<Row>(path: string, { columns, query = {}, on = [] }: ListOptions): List<Row> {
  const { query: asked } = useRoute();
  const name = asked.get('name') ?? '';
  const order = { by: asked.get('sort') ?? undefined, reverse: asked.get('reverse') === 'true' };
  const address = withQuery(path, {
    page: asked.get('page') ?? 1,
    page_size: PAGE_SIZE,
    name,
    use_regex: asked.get('regex') ?? undefined,
    sort: order.by,
    sort_reverse: order.reverse ? 'true' : undefined,
    columns: columns.join(','),
    ...query,
  });
  const setOrder = ({ by, reverse }: Order): void =>
    setQuery({ sort: by, reverse: reverse ? 'true' : undefined, page: undefined });
  return { ...useAnswer<Page<Row>>(address, { on }), order, setOrder };
}

/** The same for a list that comes whole: sorted and cut here. */
export function useLocalOrder<Row>(
  rows: readonly Row[] | undefined,
  textOf: (row: Row) => string,
): {
  readonly rows: readonly Row[] | undefined;
  readonly page: Page<Row> | undefined;
  readonly order: Order;
  readonly setOrder: (order: Order) => void;
} {
  const { query } = useRoute();
  const by = query.get('sort') ?? undefined;
  const reverse = query.get('reverse') === 'true';
  const name = (query.get('name') ?? '').toLowerCase();
  const setOrder = (order: Order): void =>
    setQuery({ sort: order.by, reverse: order.reverse ? 'true' : undefined, page: undefined });
  if (rows === undefined) return { rows, page: undefined, order: { by, reverse }, setOrder };
  const found = name === '' ? rows : rows.filter((row) => textOf(row).toLowerCase().includes(name));
  const ordered =
    by === undefined ? found : [...found].sort((a, b) => (reverse ? -1 : 1) * compare(valueAt(a, by), valueAt(b, by)));
  const pages = Math.max(1, Math.ceil(ordered.length / PAGE_SIZE));
  const number = Math.min(Number(query.get('page') ?? 1), pages);
  const items = ordered.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
  const page = { items, filtered_count: found.length, total_count: rows.length, page: number, page_count: pages };
  return { rows: items, page, order: { by, reverse }, setOrder };
}

function valueAt(row: unknown, path: string): unknown {
  return path.split('.').reduce((value, name) => (value as Record<string, unknown> | undefined)?.[name], row);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return textOf(a).localeCompare(textOf(b), 'en', { numeric: true });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
