/** Whether anything was sent to a client, or received from it, since it was last asked. */
import type { ConnectionCounters } from '../../broker/events/counters.ts';

export class Activity {
  readonly #counters: ConnectionCounters;
  /** Reads and writes up to when it was last asked. */
  #received = 0;
  #sent = 0;

  constructor(counters: ConnectionCounters) {
    this.#counters = counters;
  }

  takeSent(): boolean {
    const before = this.#sent;
    this.#sent = this.#counters.sendCnt;
    return this.#sent > before;
  }

  takeReceived(): boolean {
    const before = this.#received;
    this.#received = this.#counters.recvCnt;
    return this.#received > before;
  }
}
