/**
 * How far the publishers of a queue run ahead of its consumers. A turn of the event loop that is full of messages nobody can take
 * yet keeps the consumers' acknowledgements waiting, and makes the backlog grow for no need. So if consumers are busy taking
 * messages and have ample to take, whoever publishes more of them is heard so many messages a turn.
 */

/** Messages: what consumers can take before publishers are heard again, whatever their prefetch count. */
const AMPLE = 4096;
/** Messages; beside them a turn has room for hundreds of acknowledgements. */
const MESSAGES_A_TURN = 64;
/**
 * Messages that may come while consumers take none, before they count as idle: then nobody runs ahead of them. So many a turn take
 * some milliseconds, in which a consumer that is not idle answers.
 */
const CHASE = 16_384;

export class PublisherThrottle {
  #thisTurn = 0;
  /** What is left of CHASE. */
  #chase = 0;

  /** A consumer took a message that waited. */
  followed(): void {
    this.#chase = CHASE;
  }

  /** A message came behind others; `ready` are there. Returns true if that was enough for this turn. */
  grew(ready: number): boolean {
    if (ready < AMPLE || this.#chase === 0) return false;
    this.#chase--;
    if (++this.#thisTurn < MESSAGES_A_TURN) return false;
    this.#thisTurn = 0;
    return true;
  }
}

/** Carries word from a queue to whoever is publishing to it: that was enough for now. */
export class ThrottleSignal {
  #enough = false;

  raise(): void {
    this.#enough = true;
  }

  /** True once after each `enough`. */
  take(): boolean {
    if (!this.#enough) return false;
    this.#enough = false;
    return true;
  }
}
