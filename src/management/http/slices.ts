/**
 * Long answers a piece at a time: between the pieces the broker does its own work. In one turn of the event loop one answer goes on, so
 * that many at a time take no more of it than one.
 */
import { Deque } from '../../util/deque.ts';
import { systemClock } from '../../util/system.ts';

/** How long one slice may take, in milliseconds, and how much text is handed on at once. */
const SLICE_MS = 4;
const PIECE_CHARACTERS = 65_536;
/** What is done for an item takes some microseconds: the clock is not looked at after each. */
const ITEMS_A_LOOK = 16;

/** Who waits for a turn, the longest waiting first. */
const waiting = new Deque<() => void>();

let scheduled = false;

/** Resolves in a turn of the event loop in which no other answer goes on. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    schedule();
  });
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  systemClock.soon(nextPiece);
}

function nextPiece(): void {
  scheduled = false;
  waiting.shift()!();
  if (waiting.length > 0) schedule();
}

/** The pieces joined to larger ones; after each slice of time the event loop has a turn. */
export async function* inSlices(pieces: Iterable<string>): AsyncGenerator<string> {
  await nextTurn();
  let text = '';
  let began = systemClock.elapsed();
  for (const piece of pieces) {
    text += piece;
    const late = systemClock.elapsed() - began >= SLICE_MS;
    if (text.length < PIECE_CHARACTERS && !late) continue;
    yield text;
    text = '';
    if (!late) continue;
    await nextTurn();
    began = systemClock.elapsed();
  }
  if (text !== '') yield text;
}

/** Does something for each item, in slices of time. */
export async function eachInSlices<Item>(items: Iterable<Item>, action: (item: Item) => void): Promise<void> {
  await nextTurn();
  let began = systemClock.elapsed();
  let unlooked = 0;
  for (const item of items) {
    action(item);
    if (++unlooked < ITEMS_A_LOOK) continue;
    unlooked = 0;
    if (systemClock.elapsed() - began < SLICE_MS) continue;
    await nextTurn();
    began = systemClock.elapsed();
  }
}

/** Those from one place on, up to before another, in slices of time. */
export async function rangeInSlices<Item>(items: Iterable<Item>, from: number, to: number): Promise<Item[]> {
  const range: Item[] = [];
  let at = 0;
  await eachInSlices(first(items, to), (item) => {
    if (at++ >= from) range.push(item);
  });
  return range;
}

function* first<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let left = count;
  if (left <= 0) return;
  for (const item of items) {
    yield item;
    if (--left <= 0) return;
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
export function jsonArray(items: Iterable<unknown>): Generator<string> {
  return jsonArrayOf(asJson(items));
}

function* asJson(items: Iterable<unknown>): Generator<string> {
  for (const item of items) yield JSON.stringify(item);
}

/** A JSON array of what is JSON already. */
export function* jsonArrayOf(items: Iterable<string>): Generator<string> {
  let separator = '[';
  for (const item of items) {
    yield separator + item;
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
