/** The columns of a page that say which one it is: what `COPY` gives out first, wherever pages are read. */
import type { PageHeader } from '../stored-records.ts';
import type { CopiedRow } from './copy-out.ts';

export const PAGE_COLUMNS = 'page.id, queue_id, base, first_seq, last_seq, count';

/** Of a row that begins with PAGE_COLUMNS. */
export function pageHeaderIn(row: CopiedRow): Omit<PageHeader, 'bodies'> {
  return {
    id: row.bigint(0),
    queueId: row.bigint(1),
    base: row.bigint(2),
    first: row.bigint(3),
    last: row.bigint(4),
    count: row.int(5),
  };
}
