/** A large body, stored once however many queues took its message. Its users count their references. */

export class Body {
  readonly id: number;
  readonly size: number;
  /** Undefined where the body is on disk only. */
  bytes: Buffer | undefined;
  /** Records that refer to the body. */
  references = 0;
  /** True once the body was handed to the store. */
  stored = false;

  constructor(id: number, size: number, bytes: Buffer | undefined) {
    this.id = id;
    this.size = size;
    this.bytes = bytes;
  }
}
