/**
 * Buffers for output, which connections take while they have something to send. Most send little in a turn, and many may do so at
 * once: the first is small, and who has more to send gets a large one.
 */
import { ByteWriter } from '../../codec/byte-writer.ts';
import { SpareBuffers } from '../../util/spare-buffers.ts';

const SMALL_BYTES = 8 * 1024;
/** A read of 128 KiB and what deliveries add to the messages in it: a turn's output fits, as a rule. */
const LARGE_BYTES = 256 * 1024;
/** 4 MiB of each. */
const SMALL_KEPT = 512;
const LARGE_KEPT = 16;

export class OutputBuffers {
  /** Where a method is encoded before its size is known: one at a time, from a `clear` on. */
  readonly scratch = new ByteWriter();
  readonly #small = new SpareBuffers(SMALL_BYTES, SMALL_KEPT);
  readonly #large = new SpareBuffers(LARGE_BYTES, LARGE_KEPT);

  /** A buffer for at least so many bytes. */
  take(bytes: number): Buffer {
    if (bytes <= SMALL_BYTES) return this.#small.take();
    return bytes <= LARGE_BYTES ? this.#large.take() : Buffer.allocUnsafeSlow(2 * bytes);
  }

  /** Only for buffers that nobody reads any more. */
  give(buffer: Buffer): void {
    this.#small.give(buffer);
    this.#large.give(buffer);
  }
}
