/** Memory for what is large, of requests and of answers: many at once are refused before they are taken, so that the broker is not short of it. */
import { availableMemory } from '../../util/available-memory.ts';

/** Bytes that a request or an answer may have without being counted. */
const SMALL = 64 * 1024;
/** Bytes for all that is large: a share of what the process may have, and no more than this. */
const SHARE = 1 / 8;
const MOST = 1024 ** 3;

export class Room {
  readonly #limit: number;
  #taken = 0;

  constructor(limit = Math.min(MOST, availableMemory() * SHARE)) {
    this.#limit = limit;
  }

  /** Returns what gives them back, to be called once; undefined if there is no room. One alone may have what it wants. */
  take(bytes: number): (() => void) | undefined {
    const counted = bytes > SMALL ? bytes : 0;
    if (counted > 0 && this.#taken > 0 && this.#taken + counted > this.#limit) return undefined;
    this.#taken += counted;
    return () => {
      this.#taken -= counted;
    };
  }
}
