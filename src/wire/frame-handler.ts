/** What a frame parser tells of what it finds. Ranges lie in the buffer given and are valid during the call. */
export interface FrameHandler {
  /** A whole method frame's payload. */
  method(channel: number, buffer: Buffer, start: number, end: number): void;
  /** A whole content header frame's payload. */
  header(channel: number, buffer: Buffer, start: number, end: number): void;
  /**
   * Bytes of a content body frame, as they come: a frame may be told in several calls, the last of them with `done`, once its
   * end octet was seen.
   */
  body(channel: number, buffer: Buffer, start: number, end: number, done: boolean): void;
  heartbeat(): void;
}
