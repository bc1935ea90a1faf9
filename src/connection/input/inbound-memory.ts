/**
 * What clients have the broker keep that is no message yet: content of which the end is missing, and what waits for tx.commit. No queue
 * counts that, it cannot go to disk, and to stop those clients would have them keep it for ever. So together they may keep so much;
 * beyond it, whoever keeps most is closed.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';

export class HeldMemory {
  readonly #limit: number;
  /** Those that keep anything. */
  readonly #holdings = new Set<Holding>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws AmqpError RESOURCE_ERROR where it is this one that keeps most. */
  grew(holding: Holding, bytes: number): void {
    this.#bytes += bytes;
    this.#holdings.add(holding);
    if (this.#bytes <= this.#limit) return;
    let most = holding;
    for (const one of this.#holdings) if (one.bytes > most.bytes) most = one;
    const error = new AmqpError(
      'RESOURCE_ERROR',
      `unfinished messages and transactions take ${this.#bytes} bytes, ${most.bytes} of them here; ${this.#limit} are allowed to all`,
    );
    if (most === holding) throw error;
    most.close(error);
  }

  shrank(holding: Holding, bytes: number): void {
    this.#bytes -= bytes;
    if (holding.bytes === 0) this.#holdings.delete(holding);
  }
}

/** One connection's part. */
export class Holding {
  readonly #memory: HeldMemory;
  readonly close: (error: AmqpError) => void;
  #bytes = 0;

  /** `close`: closes the connection, which lets go of all it keeps. */
  constructor(memory: HeldMemory, close: (error: AmqpError) => void) {
    this.#memory = memory;
    this.close = close;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws AmqpError RESOURCE_ERROR where that is too much; the bytes count nevertheless. */
  grew(bytes: number): void {
    this.#bytes += bytes;
    this.#memory.grew(this, bytes);
  }

  shrank(bytes: number): void {
    this.#bytes -= bytes;
    this.#memory.shrank(this, bytes);
  }
}
