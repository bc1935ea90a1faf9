/** A large body, stored once however many queues took its message. Its users count their references. */
import type { ScratchPlace } from '../../store/scratch.ts';

export class Body {
  readonly id: number;
  readonly size: number;
  /** Undefined if the body is on disk only: in the store, or in the scratch file at `place`. */
  bytes: Buffer | undefined;
  place: ScratchPlace | undefined;
  /** Records that refer to the body. */
  references = 0;
  /** Bytes that were handed to the store, from its beginning. */
  written = 0;
  /** True once the store has committed all of it. */
  committed = false;

  constructor(id: number, size: number, bytes: Buffer | undefined) {
    this.id = id;
    this.size = size;
    this.bytes = bytes;
  }
}
