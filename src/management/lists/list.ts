/**
 * What a list answers to `columns`, `sort`, `sort_reverse`, and to the pages of `page`, `page_size`, `name` and `use_regex`
 * (RabbitMQ: HTTP API, "Pagination"). What takes long goes in slices of time.
 */
import { Sorted } from '../../util/sorted.ts';
import { eachInSlices, jsonArray, rangeInSlices } from '../http/slices.ts';
import type { Query } from '../http/query.ts';
import { Reply } from '../http/resource.ts';
import { readColumns } from '../http/columns.ts';
import { compareKeys, readSorting, type SortKey, sortKey } from '../http/sorting.ts';
import { type Fields, show, showColumns, valueAt } from './fields.ts';
import type { Ordered } from './order.ts';
import { countsOf, nameFilter, readPage, startOf } from './pages.ts';

interface ListOf<Subject, View> {
  readonly fields: Fields<Subject, View>;
  readonly view: View;
  readonly nameOf: (subject: Subject) => string;
}

/** A list that RabbitMQ does not cut into pages. */
export interface WholeListOf<Subject, View> extends ListOf<Subject, View> {
  readonly paged?: false;
  /** In the order in which they are listed if nothing else is asked for. Each may be made when it is written. */
  readonly subjects: Iterable<Subject>;
}

export interface PagedListOf<Subject, View> extends ListOf<Subject, View> {
  readonly paged: true;
  /** In the order in which they are listed if nothing else is asked for. */
  readonly subjects: Ordered<Subject>;
}

/** Throws HttpProblem 400. */
export async function list<Subject, View>(
  query: Query,
  of: WholeListOf<Subject, View> | PagedListOf<Subject, View>,
): Promise<Reply> {
  const { fields, view } = of;
  const columns = readColumns(query);
  const item = (subject: Subject): unknown =>
    columns === undefined ? show(fields, subject, view) : showColumns(fields, subject, view, columns);
  const page = of.paged ? readPage(query) : undefined;
  if (!of.paged || page === undefined) return json(jsonArray(map(await sorted(query, of, of.subjects), item)));
  const filtered = await named(nameFilter(page), of.subjects, of.nameOf);
  const counts = countsOf(page, filtered.length, of.subjects.length);
  const start = startOf(page);
  const shown = await rangeInSlices(await sorted(query, of, filtered), start, start + page.size);
  return json(pagePieces(counts, map(shown, item)));
}

/** Names that a pattern takes long on are spread over turns: each may take it some milliseconds. */
async function named<Subject>(
  matches: ((name: string) => boolean) | undefined,
  subjects: Ordered<Subject>,
  nameOf: (subject: Subject) => string,
): Promise<Ordered<Subject>> {
  if (matches === undefined) return subjects;
  const found: Subject[] = [];
  await eachInSlices(subjects, (subject) => {
    if (matches(nameOf(subject))) found.push(subject);
  });
  return found;
}

/** In the order that is asked for, which is found as they are read. */
async function sorted<Subject, View>(
  query: Query,
  { fields, view }: ListOf<Subject, View>,
  subjects: Iterable<Subject>,
): Promise<Iterable<Subject>> {
  const { path, backwards } = readSorting(query);
  if (path === undefined || !Object.hasOwn(fields, path[0])) {
    return backwards ? (await rangeInSlices(subjects, 0, Infinity)).reverse() : subjects;
  }
  const keyed: Keyed<Subject>[] = [];
  await eachInSlices(subjects, (subject) => keyed.push({ subject, ...sortKey(valueAt(fields, subject, view, path)) }));
  const sign = backwards ? -1 : 1;
  return map(new Sorted(keyed, (a, b) => sign * compareKeys(a, b)), ({ subject }) => subject);
}

interface Keyed<Subject> extends SortKey {
  readonly subject: Subject;
}

function json(content: Iterable<string>): Reply {
  return new Reply(200, { 'content-type': 'application/json' }, content);
}

/** The counts of a page, and its items one by one. */
function* pagePieces(counts: object, items: Iterable<unknown>): Generator<string> {
  yield `${JSON.stringify(counts).slice(0, -1)},"items":`;
  yield* jsonArray(items);
  yield '}';
}

function* map<From, To>(items: Iterable<From>, change: (item: From) => To): Generator<To> {
  for (const item of items) yield change(item);
}
