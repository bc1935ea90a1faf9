/**
 * Routes that were found before, by exchange and routing key as the bytes that messages carry: for what is known no string is
 * made. A hash names eight places; if all are taken and there can be no more, most newcomers are not kept, so that of more
 * keys in turn than there is room for as many are found as fit.
 */
import type { Route } from './route.ts';

/** Places for a hash. */
const WAYS = 8;
/** In all: a place takes some 300 bytes with its route. */
const FIRST_PLACES = 64;
const MOST_PLACES = 16_384;
/** Of so many newcomers for whom there is no room one takes another's place. */
const NEWCOMERS = 8;

/** FNV-1a, never 0. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  while (start < end) hash = Math.imul(hash ^ bytes[start++], 0x01000193);
  return hash === 0 ? 1 : hash;
}

function isKey(key: string, bytes: Buffer, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

export class RouteCache {
  #count = 0;
  /** 0 if a place is free. */
  #hashes = new Int32Array(FIRST_PLACES);
  /** The bytes, a character each: shorter than a Buffer. */
  #keys: string[] = places('');
  #routes: (Route | undefined)[] = places(undefined);
  #newcomers = 0;

  get size(): number {
    return this.#count;
  }

  /** `bytes` from `start` to `end`: exchange and routing key as two shortstrs. */
  find(bytes: Buffer, start: number, end: number): Route | undefined {
    const place = this.#placeOf(hashOf(bytes, start, end), bytes, start, end);
    return place < 0 ? undefined : this.#routes[place];
  }

  /** Keeps a route that was not found, if there is room. */
  add(bytes: Buffer, start: number, end: number, route: Route): void {
    const hash = hashOf(bytes, start, end);
    let place = this.#freePlace(hash);
    while (place < 0 && this.#hashes.length < MOST_PLACES) {
      this.#grow();
      place = this.#freePlace(hash);
    }
    if (place < 0) {
      if (++this.#newcomers % NEWCOMERS !== 0) return;
      place = this.#first(hash) + ((this.#newcomers / NEWCOMERS) % WAYS);
    } else this.#count++;
    this.#hashes[place] = hash;
    this.#keys[place] = bytes.toString('latin1', start, end);
    this.#routes[place] = route;
  }

  remove(bytes: Buffer): void {
    const place = this.#placeOf(hashOf(bytes, 0, bytes.length), bytes, 0, bytes.length);
    if (place < 0) return;
    this.#count--;
    this.#hashes[place] = 0;
    this.#keys[place] = '';
    this.#routes[place] = undefined;
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#hashes = new Int32Array(FIRST_PLACES);
    this.#keys = places('');
    this.#routes = places(undefined);
  }

  #first(hash: number): number {
    return hash & (this.#hashes.length - 1) & ~(WAYS - 1);
  }

  #placeOf(hash: number, bytes: Buffer, start: number, end: number): number {
    const first = this.#first(hash);
    for (let place = first; place < first + WAYS; place++) {
      if (this.#hashes[place] === hash && isKey(this.#keys[place], bytes, start, end)) return place;
    }
    return -1;
  }

  #freePlace(hash: number): number {
    const first = this.#first(hash);
    for (let place = first; place < first + WAYS; place++) if (this.#hashes[place] === 0) return place;
    return -1;
  }

  /** Twice the places: those of one hash become those of two. */
  #grow(): void {
    const [hashes, keys, routes] = [this.#hashes, this.#keys, this.#routes];
    const count = hashes.length * 2;
    this.#hashes = new Int32Array(count);
    this.#keys = places('', count);
    this.#routes = places(undefined, count);
    for (const [i, hash] of hashes.entries()) {
      if (hash === 0) continue;
      const place = this.#freePlace(hash);
      this.#hashes[place] = hash;
      this.#keys[place] = keys[i];
      this.#routes[place] = routes[i];
    }
  }
}

function places<Value>(value: Value, count = FIRST_PLACES): Value[] {
  return Array.from({ length: count }, () => value);
}
