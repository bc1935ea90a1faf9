/**
 * What clients have the broker keep that is no message yet: content of which the end is missing, and what waits for tx.commit. No queue
 * counts that, it cannot go to disk, and to stop those clients would have them keep it for ever. So together they may keep so much;
 * beyond it, whoever keeps most is closed.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';

export class InboundMemory {
  readonly #limit: number;
  /** Those that keep anything. */
  readonly #holdings = new Set<InboundQuota>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws AmqpError RESOURCE_ERROR if it is this one that keeps most. */
  grew(inboundQuota: InboundQuota, bytes: number): void {
    this.#bytes += bytes;
    this.#holdings.add(inboundQuota);
    if (this.#bytes <= this.#limit) return;
    let most = inboundQuota;
    for (const one of this.#holdings) if (one.bytes > most.bytes) most = one;
    const error = new AmqpError(
      'RESOURCE_ERROR',
      `unfinished messages and transactions take ${this.#bytes} bytes, ${most.bytes} of them here; ${this.#limit} are allowed to all`,
    );
    if (most === inboundQuota) throw error;
    most.close(error);
  }

  shrank(inboundQuota: InboundQuota, bytes: number): void {
    this.#bytes -= bytes;
    if (inboundQuota.bytes === 0) this.#holdings.delete(inboundQuota);
  }
}

/** One connection's part. */
export class InboundQuota {
  readonly #memory: InboundMemory;
  readonly close: (error: AmqpError) => void;
  #bytes = 0;

  /** `close`: closes the connection, which lets go of all it keeps. */
  constructor(memory: InboundMemory, close: (error: AmqpError) => void) {
    this.#memory = memory;
    this.close = close;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws AmqpError RESOURCE_ERROR if that is too much; the bytes count nevertheless. */
  grew(bytes: number): void {
    this.#bytes += bytes;
    this.#memory.grew(this, bytes);
  }

  shrank(bytes: number): void {
    this.#bytes -= bytes;
    this.#memory.shrank(this, bytes);
  }
}
