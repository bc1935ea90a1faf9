/**
 * How an object is shown: a table of its fields, each with the function that finds its value. So a list that is sorted by one field, or
 * asked for two columns, computes no others.
 */

import { type Columns, onlyColumns, type Shown, valueWithin } from '../http/columns.ts';

/** A field that is undefined is left out. */
export type Fields<Subject, View> = Readonly<Record<string, (subject: Subject, view: View) => unknown>>;

/** The object with all of its fields. */
export function show<Subject, View>(fields: Fields<Subject, View>, subject: Subject, view: View): Shown {
  const shown: Shown = {};
  for (const name in fields) {
    const value = fields[name](subject, view);
    if (value !== undefined) shown[name] = value;
  }
  return shown;
}

/** The object with the columns asked for. */
export function showColumns<Subject, View>(
  fields: Fields<Subject, View>,
  subject: Subject,
  view: View,
  columns: Columns,
): Shown | [] {
  return onlyColumns(columns, (path) => valueAt(fields, subject, view, path));
}

/** The value of a field, or of a field within it; undefined if there is none. */
export function valueAt<Subject, View>(
  fields: Fields<Subject, View>,
  subject: Subject,
  view: View,
  [first, ...rest]: readonly string[],
): unknown {
  return Object.hasOwn(fields, first) ? valueWithin(fields[first](subject, view), rest) : undefined;
}
