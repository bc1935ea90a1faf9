/** The query's `columns`: of each object in an answer to GET only these, such as `name` or `message_stats.publish` (RabbitMQ: HTTP API). */
import type { Query } from './query.ts';

/** The path of each column. */
export type Columns = readonly (readonly string[])[];

export type Shown = Record<string, unknown>;

/** Undefined if the query asks for no columns. */
export function readColumns(query: Query): Columns | undefined {
  const names = query.get('columns')?.split(',');
  return names?.filter((name) => name !== '').map((name) => name.split('.'));
}

/** An object of these columns, each with its value if it has one; an empty list if none has, as RabbitMQ sends. */
export function onlyColumns(columns: Columns, valueAt: (path: readonly string[]) => unknown): Shown | [] {
  const shown: Shown = {};
  for (const path of columns) {
    const value = valueAt(path);
    if (value !== undefined) putAt(shown, path, value);
  }
  return Object.keys(shown).length === 0 ? [] : shown;
}

/** The columns of an answer that was made whole: of an object, or of each in a list. */
export function withColumns(answer: unknown, columns: Columns): unknown {
  if (Array.isArray(answer)) return answer.map((item) => withColumns(item, columns));
  return isObject(answer) ? onlyColumns(columns, (path) => valueWithin(answer, path)) : answer;
}

/** What the path leads to from there; undefined if it leads nowhere. */
export function valueWithin(from: unknown, path: readonly string[]): unknown {
  let value = from;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function putAt(shown: Shown, path: readonly string[], value: unknown): void {
  let place = shown;
  for (const name of path.slice(0, -1)) {
    const within = place[name];
    place = isObject(within) ? within : (place[name] = {});
  }
  place[path.at(-1)!] = value;
}

function isObject(value: unknown): value is Shown {
  return typeof value === 'object' && value !== null;
}
