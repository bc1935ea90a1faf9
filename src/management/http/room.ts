/** Memory for what is large, of requests and of answers: many at once are refused before they are taken, so that the broker is not short of it. */
import type { ServerResponse } from 'node:http';
import { availableMemory } from '../../util/available-memory.ts';
import { type Fault, hear } from '../../util/guard.ts';

/** Bytes that a request or an answer may have without being counted. */
const SMALL = 64 * 1024;
/** Bytes for all that is large: a share of what the process may have, and no more than this. */
const SHARE = 1 / 8;
const MOST = 1024 ** 3;

export class Room {
  readonly #limit: number;
  /** Bytes by who holds them. */
  readonly #held = new WeakMap<ServerResponse, number>();
  #taken = 0;

  constructor(limit = Math.min(MOST, availableMemory() * SHARE)) {
    this.#limit = limit;
  }

  /**
   * Holds so many bytes more for the response until it is sent, or nobody waits for it any more. Returns false if there is no room. One alone may have
   * what it wants.
   */
  hold(response: ServerResponse, bytes: number, fault: Fault): boolean {
    const { socket } = response.req;
    if (bytes <= SMALL || response.closed || socket.destroyed) return true;
    const held = this.#held.get(response) ?? 0;
    if (this.#taken > held && this.#taken + bytes > this.#limit) return false;
    this.#taken += bytes;
    this.#held.set(response, held + bytes);
    if (held > 0) return true;
    const giveBack = (): void => {
      this.#taken -= this.#held.get(response) ?? 0;
      this.#held.delete(response);
      for (const end of ends) end();
    };
    // By Node 22 a response that waits for another of the same connection is not told when that breaks.
    const ends = [response, socket].map((emitter) => hear(emitter, 'close', fault, giveBack));
    return true;
  }
}
