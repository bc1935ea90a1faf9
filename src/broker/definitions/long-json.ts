/**
 * The text of a JSON object that has long lists, read some thousand characters at a time: JSON.parse keeps the event loop for as long as the text
 * it is given is. Long lists are read piece by piece, and then the object, from which they were taken out.
 */
import type { Steps } from '../../util/steps.ts';

/** Characters that are read at once, at the least. */
const PIECE = 16_384;
/** A text of JSON, as a pattern. One without an end goes to the end: it would be looked for again from each of its quotes. */
export const TEXT = /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)/.source;
const TOKEN = new RegExp(`${TEXT}|[[\\]{},]`, 'g');

/** A list of the object, while its items are gone through. */
interface OpenList {
  /** As it is written. */
  readonly key: string;
  /** Where its first item begins. */
  readonly start: number;
  /** Where the items begin that were not read yet. */
  from: number;
  readonly items: unknown[];
}

/** @throws SyntaxError, whose place may be one within a piece */
export function* parseLongJson(text: string): Steps<unknown> {
  const lists: OpenList[] = [];
  let [rest, copied, paused] = ['', 0, 0];
  let [depth, key] = [0, ''];
  let list: OpenList | undefined;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    switch (token) {
      case '{':
      case '[':
        depth++;
        if (depth === 2) list = token === '[' ? { key, start: index + 1, from: index + 1, items: [] } : undefined;
        break;
      case ',':
        if (depth === 2 && list !== undefined && index - list.from >= PIECE) readItems(text, list, index);
        break;
      case '}':
      case ']':
        if (depth === 2 && list !== undefined && list.items.length > 0) {
          readItems(text, list, index);
          lists.push(list);
          rest += text.slice(copied, list.start);
          copied = index;
        }
        depth--;
        break;
      default:
        if (depth === 1) key = token;
    }
    if (index - paused < PIECE) continue;
    paused = index;
    yield;
  }
  const document: unknown = JSON.parse(rest + text.slice(copied));
  for (const { key, items } of lists) {
    Object.defineProperty(document, JSON.parse(key) as string, { value: items, ...ORDINARY });
  }
  return document;
}

const ORDINARY = { configurable: true, enumerable: true, writable: true };

function readItems(text: string, list: OpenList, end: number): void {
  const items = JSON.parse(`[${text.slice(list.from, end)}]`) as unknown[];
  // There is a comma before or behind it.
  if (items.length === 0) throw new SyntaxError('an item is missing');
  list.items.push(...items);
  list.from = end + 1;
}
