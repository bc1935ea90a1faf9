/**
 * Builds and reads frames for the raw test client, byte by byte, so that a test can also send what no real client would.
 * The payload of a method comes from the generated codec; nothing else of the broker is used.
 */
import { ByteWriter } from '../../../src/codec/byte-writer.ts';
import { encodeProperties, type BasicProperties } from '../../../src/codec/properties.ts';
import { encodeMethod } from '../../../src/wire/generated/method-codec.ts';
import type { Method } from '../../../src/protocol/generated/methods.ts';

export const METHOD = 1;
export const HEADER = 2;
export const BODY = 3;
export const HEARTBEAT = 8;
export const END = 0xce;

/** Octets a frame has besides its payload: type, channel, size, end. */
export const FRAME_OVERHEAD = 8;

export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

export function encodeFrame(type: number, channel: number, payload: Uint8Array, end = END): Buffer {
  const frame = Buffer.alloc(FRAME_OVERHEAD + payload.length);
  frame[0] = type;
  frame.writeUInt16BE(channel, 1);
  frame.writeUInt32BE(payload.length, 3);
  frame.set(payload, 7);
  frame[frame.length - 1] = end;
  return frame;
}

export function methodPayload(method: Method): Buffer {
  const out = new ByteWriter();
  encodeMethod(out, method);
  return Buffer.from(out.take());
}

export function methodFrame(channel: number, method: Method): Buffer {
  return encodeFrame(METHOD, channel, methodPayload(method));
}

export function headerFrame(channel: number, bodySize: number, properties: BasicProperties = {}, classId = 60): Buffer {
  const encoded = encodeProperties(properties);
  const payload = Buffer.alloc(12 + encoded.length);
  payload.writeUInt16BE(classId, 0);
  payload.writeBigUInt64BE(BigInt(bodySize), 4);
  payload.set(encoded, 12);
  return encodeFrame(HEADER, channel, payload);
}

export function bodyFrame(channel: number, body: Uint8Array): Buffer {
  return encodeFrame(BODY, channel, body);
}

export const heartbeatFrame = encodeFrame(HEARTBEAT, 0, new Uint8Array(0));

/** A content as a client sends it: the header, then the body in frames of at most `frameMax` octets, none for an empty body. */
export function contentFrames(channel: number, body: Buffer, properties: BasicProperties, frameMax: number): Buffer {
  const frames = [headerFrame(channel, body.length, properties)];
  const step = frameMax - FRAME_OVERHEAD;
  for (let at = 0; at < body.length; at += step) frames.push(bodyFrame(channel, body.subarray(at, at + step)));
  return Buffer.concat(frames);
}

/** Cuts a byte stream into frames; throws where the stream is not made of frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  *read(chunk: Buffer): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // Joining only when a whole frame can be there keeps a large body from being copied once a chunk.
    while (this.#length >= FRAME_OVERHEAD) {
      if (this.#chunks[0].length < 7) this.#chunks = [Buffer.concat(this.#chunks)];
      const size = this.#chunks[0].readUInt32BE(3) + FRAME_OVERHEAD;
      if (this.#length < size) return;
      const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
      if (bytes[size - 1] !== END) throw new Error(`frame end is ${bytes[size - 1]}, not ${END}`);
      this.#chunks = [bytes.subarray(size)];
      this.#length -= size;
      yield { type: bytes[0], channel: bytes.readUInt16BE(1), payload: bytes.subarray(7, size - 1) };
    }
  }
}
