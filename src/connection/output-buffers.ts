/** Buffers for output, lent to connections while they have something to send, so that idle ones hold none. */

/** A read of 64 KiB and what deliveries add to the messages in it: a turn's output fits, as a rule. */
export const OUTPUT_BUFFER_BYTES = 128 * 1024;
const KEPT = 32;

export class OutputBuffers {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(OUTPUT_BUFFER_BYTES);
  }

  /** Only for buffers that nobody reads any more. Of other sizes than the usual none is kept. */
  give(buffer: Buffer): void {
    if (buffer.length === OUTPUT_BUFFER_BYTES && this.#free.length < KEPT) this.#free.push(buffer);
  }
}
