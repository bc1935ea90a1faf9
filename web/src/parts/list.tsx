/** Long lists: the table, in the order that the address says, with what finds rows in it and its pages. */
import type { ComponentChildren } from 'preact';
import type { Page } from '../api/types.ts';
import { setOrder, useOrder } from '../state/list.ts';
import { ListTools, Pager } from './list-tools.tsx';
import { ColumnChoice, Table, type TableProps } from './table.tsx';

/** Rows that are seen at once need no filter. */
const FEW = 10;

interface ListProps<Row> extends Omit<TableProps<Row>, 'rows' | 'order' | 'onOrder'> {
  readonly page: Page<Row> | undefined;
}

interface ListPanelProps<Row> extends ListProps<Row> {
  /** True if the broker takes a regular expression. */
  readonly hasPatterns?: boolean;
  /** Choices beside the filter. */
  readonly children?: ComponentChildren;
}

/** The list that a view is for. */
export function ListPanel<Row>({ hasPatterns = false, children, ...list }: ListPanelProps<Row>) {
  return (
    <section class="panel">
      <ListTools page={list.page} hasPatterns={hasPatterns}>
        {children}
        <ColumnChoice name={list.name} columns={list.columns} />
      </ListTools>
      <Rows {...list} />
    </section>
  );
}

/** A list within a panel. */
export function List<Row>(list: ListProps<Row>) {
  return (
    <>
      {(list.page?.total_count ?? 0) > FEW && <ListTools page={list.page} />}
      <Rows {...list} />
    </>
  );
}

function Rows<Row>({ page, ...table }: ListProps<Row>) {
  return (
    <>
      <Table {...table} rows={page?.items} order={useOrder()} onOrder={setOrder} />
      <Pager page={page} />
    </>
  );
}
