/**
 * Bindings by what they lead from and to. Their key is a hash, so their ends are read out of the record: a quote within a JSON string has a
 * backslash before it, so that what has none belongs to the record itself, whatever the names are.
 */
import type { BindingRecord } from '../stored-records.ts';
import type { Statement } from './session.ts';

/** The name in the record, as JSON. */
function nameOf(end: 'source' | 'destination'): string {
  return `substring(record from '"${end}":("(?:[^"\\\\]|\\\\.)*")')`;
}

const SOURCE = nameOf('source');
const DESTINATION = nameOf('destination');

/** As much of a name as an index takes of each: names of octets that JSON escapes are six times as long. */
function begins(name: string): string {
  return `left(${name}, 255)`;
}

export const BINDING_INDEX = `CREATE INDEX IF NOT EXISTS binding_ends
  ON entity (${begins('vhost')}, ${begins(SOURCE)}, ${begins(DESTINATION)}) WHERE kind = 'binding'`;

const is = (name: string, value: string): string =>
  `${begins(name)} = ${begins(`${value}::text`)} AND ${name} = ${value}`;
const FROM = `DELETE FROM entity WHERE kind = 'binding' AND ${is('vhost', '$1')} AND ${is(SOURCE, '$2')}`;
const BETWEEN = `${FROM} AND ${is(DESTINATION, '$3')} AND strpos(record, '"destinationType":' || $4::text) > 0`;

/** Removes the bindings of an exchange. */
export function deleteFrom(vhost: string, source: string): Statement {
  return { name: 'delete_from', text: FROM, values: [vhost, source].map((name) => JSON.stringify(name)) };
}

/** Removes those that lead from it to something. */
export function deleteBetween(
  vhost: string,
  source: string,
  type: BindingRecord['destinationType'],
  destination: string,
): Statement {
  const values = [vhost, source, destination, type].map((name) => JSON.stringify(name));
  return { name: 'delete_between', text: BETWEEN, values };
}
