/** Buffers of one size that are given back and used again: whoever is idle holds none, and whoever is busy leaves no garbage. */

export class SpareBuffers {
  readonly #bytes: number;
  readonly #kept: number;
  readonly #free: Buffer[] = [];

  /** `kept`: spare ones beyond so many are let go. */
  constructor(bytes: number, kept: number) {
    this.#bytes = bytes;
    this.#kept = kept;
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** Only for buffers that nobody reads any more. Those of another size are let go. */
  give(buffer: Buffer): void {
    if (buffer.length === this.#bytes && this.#free.length < this.#kept) this.#free.push(buffer);
  }
}
