/**
 * What a list answers to `columns`, `sort`, `sort_reverse`, and to the pages of `page`, `page_size`, `name` and `use_regex`
 * (RabbitMQ: HTTP API, "Pagination"). What takes long goes in slices of time.
 */
import { eachInSlices, jsonArray } from '../http/slices.ts';
import type { Query } from '../http/query.ts';
import { Reply } from '../http/resource.ts';
import { type Fields, show, showColumns, valueAt } from './fields.ts';
import { nameFilter, pageOf, readPage } from './pages.ts';

export interface ListOf<Subject, View> {
  readonly fields: Fields<Subject, View>;
  readonly view: View;
  /** In the order in which they are listed if nothing else is asked for. */
  readonly subjects: readonly Subject[];
  readonly nameOf: (subject: Subject) => string;
  /** True for a list that RabbitMQ cuts into pages. */
  readonly paged?: boolean;
}

/** Throws HttpProblem 400. */
export async function list<Subject, View>(query: Query, of: ListOf<Subject, View>): Promise<Reply> {
  const { fields, view } = of;
  const columns = query
    .get('columns')
    ?.split(',')
    .filter((column) => column !== '');
  const item = (subject: Subject): unknown =>
    columns === undefined ? show(fields, subject, view) : showColumns(fields, subject, view, columns);
  const page = of.paged === true ? readPage(query) : undefined;
  if (page === undefined) return json(jsonArray(map(await sorted(query, of, of.subjects), item)));
  const filtered = await named(nameFilter(page), of);
  const { subjects, ...counts } = pageOf(page, await sorted(query, of, filtered), of.subjects.length);
  return json([JSON.stringify({ ...counts, items: subjects.map(item) })]);
}

/** Names that a pattern takes long on are spread over turns: each may take it some milliseconds. */
async function named<Subject, View>(
  matches: ((name: string) => boolean) | undefined,
  { subjects, nameOf }: ListOf<Subject, View>,
): Promise<readonly Subject[]> {
  if (matches === undefined) return subjects;
  const found: Subject[] = [];
  await eachInSlices(subjects, (subject) => {
    if (matches(nameOf(subject))) found.push(subject);
  });
  return found;
}

async function sorted<Subject, View>(
  query: Query,
  { fields, view }: ListOf<Subject, View>,
  subjects: readonly Subject[],
): Promise<readonly Subject[]> {
  const path = query.get('sort')?.split('.');
  const backwards = query.isTrue('sort_reverse');
  if (path === undefined || !Object.hasOwn(fields, path[0])) return backwards ? subjects.toReversed() : subjects;
  const keyed: { readonly subject: Subject; readonly key: unknown }[] = [];
  await eachInSlices(subjects, (subject) => keyed.push({ subject, key: valueAt(fields, subject, view, path) }));
  const sign = backwards ? -1 : 1;
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ subject }) => subject);
}

/** Erlang's order, as far as it shows: numbers before texts; what is missing comes first. */
function compare(a: unknown, b: unknown): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (rankA === 0) return 0;
  const [left, right] = rankA === 1 ? [Number(a), Number(b)] : [textOf(a), textOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function rankOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' || typeof value === 'boolean' ? 1 : 2;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function json(content: Iterable<string>): Reply {
  return new Reply(200, { 'content-type': 'application/json' }, content);
}

function* map<From, To>(items: readonly From[], change: (item: From) => To): Generator<To> {
  for (const item of items) yield change(item);
}
