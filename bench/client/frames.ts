/** Frames as the bench's client sends them: encoded once, before the clock runs, and written again and again. */
import { ByteWriter } from '../../src/codec/byte-writer.ts';
import { encodeProperties, type PropertyChanges } from '../../src/codec/properties.ts';
import {
  BASIC_ACK,
  CLASS_BASIC,
  FRAME_BODY,
  FRAME_END,
  FRAME_HEADER,
  FRAME_METHOD,
} from '../../src/protocol/generated/constants.ts';
import type { Method } from '../../src/protocol/generated/methods.ts';
import { writeU32, writeU64 } from '../../src/util/bytes.ts';
import { encodeMethod } from '../../src/wire/generated/method-codec.ts';

/** Octets of a frame beside its payload. */
export const FRAME_OVERHEAD = 8;
const FRAME_HEAD = 7;

export function frame(type: number, channel: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(payload.length + FRAME_OVERHEAD);
  bytes[0] = type;
  bytes.writeUInt16BE(channel, 1);
  writeU32(bytes, 3, payload.length);
  bytes.set(payload, FRAME_HEAD);
  bytes[bytes.length - 1] = FRAME_END;
  return bytes;
}

export function methodFrame(channel: number, method: Method): Buffer {
  const out = new ByteWriter();
  encodeMethod(out, method);
  return frame(FRAME_METHOD, channel, out.take());
}

export interface MessageSpec {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: PropertyChanges;
  readonly body: Uint8Array;
}

/** basic.publish with its content, and where in the bytes the body begins. */
export function publishFrames(
  channel: number,
  message: MessageSpec,
  frameMax: number,
): { bytes: Buffer; body: number } {
  const { exchange, routingKey, body } = message;
  const publish = { name: 'basic.publish', exchange, routingKey, mandatory: false, immediate: false } as const;
  const properties = encodeProperties(message.properties);
  const header = Buffer.alloc(12 + properties.length);
  header.writeUInt16BE(CLASS_BASIC, 0);
  writeU64(header, 4, body.length);
  header.set(properties, 12);
  const parts = [methodFrame(channel, publish), frame(FRAME_HEADER, channel, header)];
  const bodyAt = parts[0].length + parts[1].length + FRAME_HEAD;
  const step = frameMax - FRAME_OVERHEAD;
  for (let at = 0; at < body.length; at += step) parts.push(frame(FRAME_BODY, channel, body.subarray(at, at + step)));
  return { bytes: Buffer.concat(parts), body: bodyAt };
}

const ACK_PAYLOAD = 13;
export const ACK_BYTES = ACK_PAYLOAD + FRAME_OVERHEAD;

/** Writes a basic.ack frame at `at` and returns the position behind it. */
export function writeAck(target: Buffer, at: number, channel: number, deliveryTag: number, multiple: boolean): number {
  target[at] = FRAME_METHOD;
  target[at + 1] = channel >>> 8;
  target[at + 2] = channel;
  writeU32(target, at + 3, ACK_PAYLOAD);
  writeU32(target, at + FRAME_HEAD, BASIC_ACK);
  writeU64(target, at + FRAME_HEAD + 4, deliveryTag);
  target[at + 19] = multiple ? 1 : 0;
  target[at + 20] = FRAME_END;
  return at + ACK_BYTES;
}
