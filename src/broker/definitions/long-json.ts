/**
 * The text of a JSON object that has long lists, read some thousand characters at a time: JSON.parse keeps the event loop for as long as the text
 * it is given is. Long lists are read piece by piece, and then the object, from which they were taken out.
 */
import type { Steps } from '../../util/steps.ts';
import { tokensOf } from './json-tokens.ts';

/** Characters that are read at once, at the least. */
export const PIECE = 16_384;
const MARKS = /["[\]{},]/g;

export interface LongJson {
  readonly document: unknown;
  /** Names that the object has more than once. The last of them counts, as with JSON.parse. */
  readonly repeated: readonly string[];
}

/** A list of the object, while its items are gone through. */
interface OpenList {
  /** Where its first item begins. */
  readonly start: number;
  /** Where the items begin that were not read yet. */
  from: number;
  readonly items: unknown[];
}

/** @throws SyntaxError, whose place may be one within a piece */
export function* parseLongJson(text: string): Steps<LongJson> {
  /** By name, those that were read and count until now. */
  const lists = new Map<string, unknown[]>();
  const [names, repeated] = [new Set<string>(), new Set<string>()];
  let [rest, copied, paused] = ['', 0, 0];
  let [depth, name, root, before] = [0, '', '', ''];
  let list: OpenList | undefined;
  for (const { mark, start, end } of tokensOf(text, MARKS)) {
    switch (mark) {
      case '{':
      case '[':
        if (depth === 0) root = mark;
        depth++;
        if (depth === 2) list = mark === '[' && root === '{' ? { start: end, from: end, items: [] } : undefined;
        break;
      case ',':
        if (depth === 2 && list !== undefined && start - list.from >= PIECE) readItems(text, list, start);
        break;
      case '}':
      case ']':
        if (depth === 2 && list !== undefined && list.items.length > 0) {
          readItems(text, list, start);
          lists.set(name, list.items);
          rest += text.slice(copied, list.start);
          copied = start;
        }
        depth--;
        break;
      default:
        // Behind a text it is a value.
        if (depth !== 1 || root !== '{' || before === '"') break;
        name = JSON.parse(text.slice(start, end)) as string;
        if (names.has(name)) repeated.add(name);
        names.add(name);
        lists.delete(name);
    }
    before = mark;
    if (end - paused < PIECE) continue;
    paused = end;
    yield;
  }
  const document: unknown = JSON.parse(rest + text.slice(copied));
  for (const [key, value] of lists) Object.defineProperty(document, key, { value, ...ORDINARY });
  return { document, repeated: [...repeated] };
}

const ORDINARY = { configurable: true, enumerable: true, writable: true };

function readItems(text: string, list: OpenList, end: number): void {
  const items = JSON.parse(`[${text.slice(list.from, end)}]`) as unknown[];
  // There is a comma before or behind it.
  if (items.length === 0) throw new SyntaxError('an item is missing');
  list.items.push(...items);
  list.from = end + 1;
}
