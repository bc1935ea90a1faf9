/** Long answers a piece at a time: between the pieces the broker does its own work. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one slice may take, in milliseconds, and how much text is handed on at once. */
const SLICE_MS = 4;
const PIECE_CHARACTERS = 65_536;

/** The pieces joined to larger ones; after each slice of time the event loop has a turn. */
export async function* inSlices(pieces: Iterable<string>): AsyncGenerator<string> {
  let text = '';
  let began = performance.now();
  for (const piece of pieces) {
    text += piece;
    const late = performance.now() - began >= SLICE_MS;
    if (text.length < PIECE_CHARACTERS && !late) continue;
    yield text;
    text = '';
    if (!late) continue;
    await nextTurn();
    began = performance.now();
  }
  if (text !== '') yield text;
}

/** Does something for each item, in slices of time. */
export async function eachInSlices<Item>(items: Iterable<Item>, action: (item: Item) => void): Promise<void> {
  let began = performance.now();
  for (const item of items) {
    action(item);
    if (performance.now() - began < SLICE_MS) continue;
    await nextTurn();
    began = performance.now();
  }
}

/** A JSON object whose lists are written item by item. */
export function* jsonObject(object: object): Generator<string> {
  let separator = '{';
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    yield `${separator}${JSON.stringify(name)}:`;
    if (typeof value === 'object' && value !== null && Symbol.iterator in value)
      yield* jsonArray(value as Iterable<unknown>);
    else yield JSON.stringify(value);
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}

/** A JSON array, item by item. */
export function* jsonArray(items: Iterable<unknown>): Generator<string> {
  let separator = '[';
  for (const item of items) {
    yield separator + JSON.stringify(item);
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
