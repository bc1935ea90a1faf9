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
  /** In the order in which they are listed if nothing else is asked for. Of a list without pages each may be made when it is written. */
  readonly subjects: Iterable<Subject>;
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
  const all = Array.isArray(of.subjects) ? (of.subjects as readonly Subject[]) : [...of.subjects];
  const filtered = await named(nameFilter(page), all, of.nameOf);
  const { subjects, ...counts } = pageOf(page, [...(await sorted(query, of, filtered))], all.length);
  return json(pagePieces(counts, map(subjects, item)));
}

/** Names that a pattern takes long on are spread over turns: each may take it some milliseconds. */
async function named<Subject>(
  matches: ((name: string) => boolean) | undefined,
  subjects: readonly Subject[],
  nameOf: (subject: Subject) => string,
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
  subjects: Iterable<Subject>,
): Promise<Iterable<Subject>> {
  const path = query.get('sort')?.split('.');
  const backwards = query.isTrue('sort_reverse');
  if (path === undefined || !Object.hasOwn(fields, path[0])) return backwards ? [...subjects].reverse() : subjects;
  const keyed: Keyed<Subject>[] = [];
  await eachInSlices(subjects, (subject) => keyed.push(keyedBy(subject, valueAt(fields, subject, view, path))));
  const sign = backwards ? -1 : 1;
  return keyed.sort((a, b) => sign * compare(a, b)).map(({ subject }) => subject);
}

interface Keyed<Subject> {
  readonly subject: Subject;
  readonly rank: number;
  readonly key: number | string;
}

function keyedBy<Subject>(subject: Subject, value: unknown): Keyed<Subject> {
  const rank = rankOf(value);
  return { subject, rank, key: rank === 0 ? 0 : rank === 1 ? Number(value) : textOf(value) };
}

/** Erlang's order, as far as it shows: numbers before texts; what is missing comes first. */
function compare<Subject>(a: Keyed<Subject>, b: Keyed<Subject>): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
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

/** The counts of a page, and its items one by one. */
function* pagePieces(counts: object, items: Iterable<unknown>): Generator<string> {
  yield `${JSON.stringify(counts).slice(0, -1)},"items":`;
  yield* jsonArray(items);
  yield '}';
}

function* map<From, To>(items: Iterable<From>, change: (item: From) => To): Generator<To> {
  for (const item of items) yield change(item);
}
