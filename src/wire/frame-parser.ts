/**
 * Cuts a byte stream into frames (AMQP 0-9-1 section 2.3.5): a loop over a state that returns when bytes are missing.
 * Frames that lie whole in the chunk are handed on where they are. Of others, methods and headers are joined in a buffer of
 * their own, and bodies are handed on in pieces. Throws AmqpError FRAME_ERROR; the stream cannot be read on after that.
 */
import { AmqpError } from '../protocol/amqp-error.ts';
import { FRAME_BODY, FRAME_END, FRAME_HEADER, FRAME_HEARTBEAT, FRAME_METHOD } from '../protocol/generated/constants.ts';
import { printPayload } from '../codec/erlang-term.ts';
import { readU32 } from '../util/bytes.ts';
import type { FrameHandler } from './frame-handler.ts';

/** Type, channel and payload size. */
const HEAD_BYTES = 7;
/** Class id and method id, which each method frame has at least. */
const METHOD_IDS_BYTES = 4;
/** Class id, weight and body size, which each content header has at least. */
const CONTENT_HEADER_BYTES = 12;
/** What a frame has beside its payload: the head and the end octet. */
export const FRAME_OVERHEAD = 8;
/**
 * Largest frame before one is agreed on. The specification has 4096 (4.2.3); tokens as passwords and long client properties take more, and
 * RabbitMQ grants this from 4.1 on (its `initial_frame_max`).
 */
const INITIAL_FRAME_MAX = 8192;

export class FrameParser {
  readonly #handler: FrameHandler;
  /** Largest payload taken. RabbitMQ grants the frame's overhead on top of what was negotiated. */
  #maxPayload: number;
  #stopped = false;
  #paused = false;
  /** What came behind the point where the parser was paused. */
  #rest: Buffer | undefined;

  /** A frame that goes on in the next chunk: its head, as far as it came, and what is known from it. */
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;
  #type = 0;
  #channel = 0;
  #size = 0;
  /** Payload bytes that came; the joined payload and end octet if the frame is joined. */
  #got = 0;
  #joined: Buffer | undefined;

  constructor(handler: FrameHandler, frameMax = INITIAL_FRAME_MAX) {
    this.#handler = handler;
    this.#maxPayload = frameMax;
  }

  /** Largest frame from now on, in bytes. */
  setFrameMax(bytes: number): void {
    this.#maxPayload = bytes;
  }

  /** Ignores everything from now on, the rest of the current chunk included. */
  stop(): void {
    this.#stopped = true;
  }

  /** Takes no further frame until `resume`, not even from the current chunk. What is pushed meanwhile is kept. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.#parse(rest, true);
  }

  /** Takes the next bytes of the stream. They are the caller's again as soon as this returns. */
  push(chunk: Buffer): void {
    if (this.#paused) this.#keep(chunk);
    else this.#parse(chunk, false);
  }

  /** TLS hands on what it had read when the socket was paused. */
  #keep(chunk: Buffer): void {
    if (!this.#stopped) this.#rest = Buffer.concat(this.#rest === undefined ? [chunk] : [this.#rest, chunk]);
  }

  /** `kept`: the bytes stay as they are, so that the rest of them needs no copy. */
  #parse(chunk: Buffer, kept: boolean): void {
    if (this.#stopped) return;
    let at = 0;
    if (this.#headLength > 0) at = this.#continue(chunk);
    const end = chunk.length;
    while (at < end && !this.#stopped) {
      if (this.#paused) {
        const rest = chunk.subarray(at);
        this.#rest = kept ? rest : Buffer.from(rest);
        return;
      }
      if (end - at < HEAD_BYTES) {
        this.#keepHead(chunk, at, end);
        return;
      }
      const type = chunk[at];
      const channel = (chunk[at + 1] << 8) | chunk[at + 2];
      const size = readU32(chunk, at + 3);
      const start = at + HEAD_BYTES;
      if (size > this.#maxPayload) this.#tooLarge(type, size);
      if (end - start <= size) {
        this.#keepHead(chunk, at, start);
        this.#begin();
        this.#continue(chunk.subarray(start));
        return;
      }
      at = start + size + 1;
      if (chunk[at - 1] !== FRAME_END) throw badEnd(type, chunk.subarray(start, start + size), chunk[at - 1]);
      this.#frame(type, channel, size, chunk, start);
    }
  }

  #frame(type: number, channel: number, size: number, buffer: Buffer, start: number): void {
    switch (type) {
      case FRAME_METHOD:
        if (size < METHOD_IDS_BYTES) throw unknownFrame(type, buffer.subarray(start, start + size));
        this.#handler.method(channel, buffer, start, start + size);
        return;
      case FRAME_HEADER:
        if (size < CONTENT_HEADER_BYTES) throw unknownFrame(type, buffer.subarray(start, start + size));
        this.#handler.header(channel, buffer, start, start + size);
        return;
      case FRAME_BODY:
        this.#handler.body(channel, buffer, start, start + size, true);
        return;
      case FRAME_HEARTBEAT:
        if (channel !== 0) {
          throw new AmqpError('UNEXPECTED_FRAME', `type 8, ${printPayload(buffer.subarray(start, start + size))}`);
        }
        if (size > 0) throw unknownFrame(type, buffer.subarray(start, start + size));
        this.#handler.heartbeat();
        return;
      default:
        throw unknownFrame(type, buffer.subarray(start, start + size));
    }
  }

  #keepHead(chunk: Buffer, start: number, end: number): void {
    chunk.copy(this.#head, 0, start, end);
    this.#headLength = end - start;
  }

  /** The head is whole: decides how the payload is taken. */
  #begin(): void {
    this.#type = this.#head[0];
    this.#channel = this.#head.readUInt16BE(1);
    this.#size = this.#head.readUInt32BE(3);
    this.#got = 0;
    if (this.#size > this.#maxPayload) this.#tooLarge(this.#type, this.#size);
    this.#joined = this.#type === FRAME_BODY ? undefined : Buffer.allocUnsafe(this.#size + 1);
  }

  /** Goes on with the frame that was begun; returns the position behind what it took. */
  #continue(chunk: Buffer): number {
    let at = 0;
    if (this.#headLength < HEAD_BYTES) {
      at = Math.min(HEAD_BYTES - this.#headLength, chunk.length);
      chunk.copy(this.#head, this.#headLength, 0, at);
      this.#headLength += at;
      if (this.#headLength < HEAD_BYTES) return at;
      this.#begin();
    }
    return this.#joined === undefined ? this.#continueBody(chunk, at) : this.#continueJoined(this.#joined, chunk, at);
  }

  #continueJoined(joined: Buffer, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + joined.length - this.#got);
    chunk.copy(joined, this.#got, at, end);
    this.#got += end - at;
    if (this.#got < joined.length) return end;
    this.#headLength = 0;
    this.#joined = undefined;
    const last = joined[this.#size];
    if (last !== FRAME_END) throw badEnd(this.#type, joined.subarray(0, this.#size), last);
    this.#frame(this.#type, this.#channel, this.#size, joined, 0);
    return end;
  }

  #continueBody(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#size - this.#got);
    if (end > at) {
      this.#handler.body(this.#channel, chunk, at, end, false);
      this.#got += end - at;
    }
    if (end === chunk.length) return end;
    this.#headLength = 0;
    if (chunk[end] !== FRAME_END) throw badEnd(FRAME_BODY, Buffer.alloc(0), chunk[end]);
    this.#handler.body(this.#channel, chunk, end, end, true);
    return end + 1;
  }

  #tooLarge(type: number, size: number): never {
    throw frameError(type, Buffer.alloc(0), `{frame_too_large,${size},${this.#maxPayload - FRAME_OVERHEAD}}`);
  }
}

function unknownFrame(type: number, payload: Uint8Array): AmqpError {
  return frameError(type, payload, 'unknown_frame');
}

function badEnd(type: number, payload: Uint8Array, end: number): AmqpError {
  return frameError(type, payload, `{invalid_frame_end_marker,${end}}`);
}

function frameError(type: number, payload: Uint8Array, reason: string): AmqpError {
  return new AmqpError('FRAME_ERROR', `type ${type}, ${printPayload(payload)}: ${reason}`);
}
