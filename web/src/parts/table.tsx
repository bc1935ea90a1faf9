/** The one table: columns that are sorted by their heads and chosen by the person who looks, who finds them so the next time. */
import type { ComponentChildren } from 'preact';
import type { Order } from '../state/list.ts';
import { type Signal, useSignal } from '../state/signal.ts';
import { stored } from '../state/stored.ts';
import { texts } from '../texts.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly show: (row: Row) => ComponentChildren;
  /** The field that it is sorted by; without one it is not. */
  readonly sort?: string;
  /** Figures stand to the right. */
  readonly isNumber?: boolean;
  /** Shown only if it is asked for. */
  readonly isExtra?: boolean;
}

export interface TableProps<Row> {
  /** The columns are kept by it. */
  readonly name: string;
  /** For those who do not see the table. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[] | undefined;
  readonly keyOf: (row: Row) => string;
  readonly order?: Order;
  readonly onOrder?: (order: Order) => void;
  /** What is said if there are no rows. */
  readonly empty: string;
}

export function Table<Row>({ name, caption, columns, rows, keyOf, order, onOrder, empty }: TableProps<Row>) {
  const chosen = useChosenColumns(name, columns);
  const shown = columns.filter(({ id }) => chosen.includes(id));
  if (rows?.length === 0) return <p class="empty">{empty}</p>;
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {shown.map((column) => (
              <Head key={column.id} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows === undefined
            ? [0, 1, 2].map((i) => (
                <tr key={i} class="waiting">
                  <td colSpan={shown.length}>&nbsp;</td>
                </tr>
              ))
            : rows.map((row) => (
                <tr key={keyOf(row)}>
                  {shown.map(({ id, show, isNumber }) => (
                    <td key={id} class={isNumber === true ? 'number' : undefined}>
                      {show(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly order: Order | undefined;
  readonly onOrder: ((order: Order) => void) | undefined;
}

function Head<Row>({ column: { title, sort, isNumber = false }, order, onOrder }: HeadProps<Row>) {
  const place = isNumber ? 'number' : undefined;
  if (sort === undefined || onOrder === undefined) {
    return (
      <th scope="col" class={place}>
        {title === '' ? <span class="unseen">{texts.table.actions}</span> : title}
      </th>
    );
  }
  const isIt = order?.by === sort;
  const { reverse = false } = order ?? {};
  // Of figures the largest are wanted first.
  const next = isIt ? !reverse : isNumber;
  return (
    <th scope="col" class={place} aria-sort={isIt ? (reverse ? 'descending' : 'ascending') : undefined}>
      <button type="button" onClick={() => onOrder({ by: sort, reverse: next })}>
        {title}
        <span aria-hidden="true">{isIt ? (reverse ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

const signals = new Map<string, Signal<readonly string[] | null>>();

function columnsSignal(name: string): Signal<readonly string[] | null> {
  let signal = signals.get(name);
  if (signal === undefined) signals.set(name, (signal = stored<readonly string[] | null>(`columns.${name}`, null)));
  return signal;
}

function useChosenColumns<Row>(name: string, columns: readonly Column<Row>[]): readonly string[] {
  const chosen = useSignal(columnsSignal(name));
  return chosen ?? columns.filter(({ isExtra }) => isExtra !== true).map(({ id }) => id);
}

/** Which columns a table has: for beside its heading. */
export function ColumnChoice<Row>({
  name,
  columns,
}: {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
}) {
  const chosen = useChosenColumns(name, columns);
  const toggle = (id: string): void => {
    columnsSignal(name).value = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
  };
  return (
    <details class="menu">
      <summary>{texts.table.columns}</summary>
      <div class="menu-items">
        {columns.map(({ id, title }, i) => (
          <label key={id}>
            {/* The first names the row. */}
            <input type="checkbox" checked={chosen.includes(id)} disabled={i === 0} onChange={() => toggle(id)} />
            {title}
          </label>
        ))}
      </div>
    </details>
  );
}
