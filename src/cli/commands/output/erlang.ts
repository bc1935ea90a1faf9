/** Values as Erlang terms, broken into lines of 80 columns as Erlang breaks them. */
import { Arguments } from './output.ts';

const WIDTH = 80;

export interface Tuple {
  readonly tuple: readonly unknown[];
}

/** A row of a list: a name for each value. */
export function proplist(columns: readonly string[], row: readonly unknown[]): readonly Tuple[] {
  return columns.map((column, n) => ({ tuple: [{ atom: column }, row[n] ?? ''] }));
}

/** `column`: where on its line the term begins. */
export function erlangTerm(value: unknown, column = 0): string {
  const flat = oneLine(value);
  if (column + flat.length < WIDTH) return flat;
  const children = childrenOf(value);
  if (children === undefined || children.length === 0) return flat;
  const [open, close] = isTuple(value) ? ['{', '}'] : ['[', ']'];
  // What follows a tuple's name stands four columns in.
  const [name] = children;
  if (isTuple(value) && children.length === 2 && isAtom(name)) {
    return `{${name.atom},\n${' '.repeat(column + 4)}${erlangTerm(children[1], column + 4)}}`;
  }
  const parts = children.map((child) => erlangTerm(child, column + 1));
  return `${open}${parts.join(`,\n${' '.repeat(column + 1)}`)}${close}`;
}

function oneLine(value: unknown): string {
  if (isAtom(value)) return /^[a-z][\w@]*$/.test(value.atom) ? value.atom : `'${value.atom.replaceAll("'", "\\'")}'`;
  const children = childrenOf(value);
  if (children === undefined) return scalar(value);
  const [open, close] = isTuple(value) ? '{}' : '[]';
  return open + children.map(oneLine).join(',') + close;
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return `<<${JSON.stringify(value)}>>`;
  return value === null || value === undefined ? 'undefined' : JSON.stringify(value);
}

function childrenOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (isTuple(value)) return value.tuple;
  if (value instanceof Arguments) return value.triples.map(([name, type, item]) => tuple(name, { atom: type }, item));
  if (typeof value !== 'object' || value === null || isAtom(value)) return undefined;
  return Object.entries(value).map(([key, item]) => tuple({ atom: key }, item));
}

function tuple(...all: readonly unknown[]): Tuple {
  return { tuple: all };
}

function isTuple(value: unknown): value is Tuple {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'tuple');
}

function isAtom(value: unknown): value is { readonly atom: string } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'atom');
}
