/** Buffers of one size that are lent and used again, so that who is idle holds none, and who is busy leaves no garbage. */

/** Spare ones are kept up to this many. */
const KEPT = 32;

export class SpareBuffers {
  readonly #bytes: number;
  readonly #free: Buffer[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** Only for buffers that nobody reads any more. Of other sizes than the usual none is kept. */
  give(buffer: Buffer): void {
    if (buffer.length === this.#bytes && this.#free.length < KEPT) this.#free.push(buffer);
  }
}
