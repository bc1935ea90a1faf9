/**
 * How an object is shown: a table of its fields, each with the function that finds its value. So a list that is sorted by one field, or
 * asked for two columns, computes no others.
 */

/** A field that is undefined is left out. */
export type Fields<Subject, View> = Readonly<Record<string, (subject: Subject, view: View) => unknown>>;

export type Shown = Record<string, unknown>;

/** The object with all of its fields. */
export function show<Subject, View>(fields: Fields<Subject, View>, subject: Subject, view: View): Shown {
  const shown: Shown = {};
  for (const name in fields) {
    const value = fields[name](subject, view);
    if (value !== undefined) shown[name] = value;
  }
  return shown;
}

/** The object with the columns asked for, such as `name` or `message_stats.publish`; an empty list if it has none of them, as RabbitMQ sends. */
export function showColumns<Subject, View>(
  fields: Fields<Subject, View>,
  subject: Subject,
  view: View,
  columns: readonly string[],
): Shown | [] {
  const shown: Shown = {};
  for (const column of columns) {
    const path = column.split('.');
    const value = valueAt(fields, subject, view, path);
    if (value !== undefined) putAt(shown, path, value);
  }
  return Object.keys(shown).length === 0 ? [] : shown;
}

/** The value of a field, or of a field within it; undefined if there is none. */
export function valueAt<Subject, View>(
  fields: Fields<Subject, View>,
  subject: Subject,
  view: View,
  [first, ...rest]: readonly string[],
): unknown {
  if (!Object.hasOwn(fields, first)) return undefined;
  let value: unknown = fields[first](subject, view);
  for (const name of rest) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Shown)[name];
  }
  return value;
}

function putAt(shown: Shown, path: readonly string[], value: unknown): void {
  let place = shown;
  for (const name of path.slice(0, -1)) {
    const within = place[name];
    place = (typeof within === 'object' && within !== null ? within : (place[name] = {})) as Shown;
  }
  place[path.at(-1)!] = value;
}
