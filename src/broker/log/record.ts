/**
 * How a message lies in a queue's log, in memory and on disk alike. Big-endian.
 *
 *    0  u32  length of the whole record
 *    4  u32  sequence number, counted from the segment's base
 *    8  u8   flags: SHARED, DEADLINE
 *    9  u8   zero
 *   10  u16  length of the route
 *   12  u32  length of the properties
 *   16  u64  if DEADLINE: when the message expires, or in a stream when it came, in milliseconds since the epoch
 *            route: exchange and routing key, two shortstrs
 *            properties: flags and list as in the content header
 *            body, or, if SHARED: u64 body id, u32 body size
 */
import { copyBytes, readU16, readU32, readU64, writeU32, writeU64 } from '../../util/bytes.ts';
import type { Message } from '../message/message.ts';

export const RECORD_SHARED = 1;
export const RECORD_DEADLINE = 2;

export const RECORD_HEAD_BYTES = 16;
const EXPIRY_BYTES = 8;
/** Of a reference to a body. */
export const RECORD_REFERENCE_BYTES = 12;

/** `expiresAt`: Infinity if the message has none. */
export function recordBytes(message: Message, expiresAt = Infinity): number {
  return (
    RECORD_HEAD_BYTES +
    (expiresAt === Infinity ? 0 : EXPIRY_BYTES) +
    message.routeEnd -
    message.routeStart +
    message.propertiesEnd -
    message.propertiesStart +
    (message.shared === undefined ? message.bodyEnd - message.bodyStart : RECORD_REFERENCE_BYTES)
  );
}

/** Writes the record at `at`, where `length` (of recordBytes) is free. */
export function writeRecord(
  target: Buffer,
  at: number,
  length: number,
  offset: number,
  message: Message,
  expiresAt = Infinity,
): void {
  const routeLength = message.routeEnd - message.routeStart;
  const expires = expiresAt !== Infinity;
  writeU32(target, at, length);
  writeU32(target, at + 4, offset);
  target[at + 8] = (message.shared === undefined ? 0 : RECORD_SHARED) | (expires ? RECORD_DEADLINE : 0);
  target[at + 9] = 0;
  target[at + 10] = routeLength >>> 8;
  target[at + 11] = routeLength;
  writeU32(target, at + 12, message.propertiesEnd - message.propertiesStart);
  at += RECORD_HEAD_BYTES;
  if (expires) {
    writeU64(target, at, expiresAt);
    at += EXPIRY_BYTES;
  }
  at = copyBytes(message.route, message.routeStart, message.routeEnd, target, at);
  at = copyBytes(message.properties, message.propertiesStart, message.propertiesEnd, target, at);
  if (message.shared === undefined) {
    copyBytes(message.body, message.bodyStart, message.bodyEnd, target, at);
  } else {
    writeU64(target, at, message.shared.id);
    writeU32(target, at + 8, message.shared.size);
  }
}

/** Points `message` at the record. If the body is kept apart, the body's range is the reference to it. */
export function viewRecord(source: Buffer, at: number, message: Message): void {
  const routeStart = partsStart(source, at);
  const routeEnd = routeStart + readU16(source, at + 10);
  const propertiesEnd = routeEnd + readU32(source, at + 12);
  message.view(source, routeStart, routeEnd, propertiesEnd, at + readU32(source, at));
}

/** When the message expires, in milliseconds since the epoch; Infinity for never. */
export function recordDeadline(source: Buffer, at: number): number {
  return (recordFlags(source, at) & RECORD_DEADLINE) === 0 ? Infinity : readU64(source, at + RECORD_HEAD_BYTES);
}

function partsStart(source: Buffer, at: number): number {
  return at + RECORD_HEAD_BYTES + ((recordFlags(source, at) & RECORD_DEADLINE) === 0 ? 0 : EXPIRY_BYTES);
}

export function recordLength(source: Buffer, at: number): number {
  return readU32(source, at);
}

/** The sequence number, counted from the segment's base. */
export function recordOffset(source: Buffer, at: number): number {
  return readU32(source, at + 4);
}

export function recordFlags(source: Buffer, at: number): number {
  return source[at + 8];
}

/** Where the record's last part begins: the body, or the reference to it. */
function bodyStart(source: Buffer, at: number): number {
  return partsStart(source, at) + readU16(source, at + 10) + readU32(source, at + 12);
}

export function recordBodyId(source: Buffer, at: number): number {
  return readU64(source, bodyStart(source, at));
}

/** Size of the message's body in bytes, wherever it is kept. */
export function recordBodySize(source: Buffer, at: number): number {
  const start = bodyStart(source, at);
  return (recordFlags(source, at) & RECORD_SHARED) === 0
    ? at + recordLength(source, at) - start
    : readU32(source, start + 8);
}

/** Length of the record, and of its body if that is kept apart. */
export function recordStoredBytes(source: Buffer, at: number): number {
  const length = recordLength(source, at);
  return (recordFlags(source, at) & RECORD_SHARED) === 0 ? length : length + recordBodySize(source, at);
}

/** The bytes of the records whose index is below `end`: the first ones. */
export function recordsBelow(bytes: Buffer, end: number): Buffer {
  let at = 0;
  while (at < bytes.length && recordOffset(bytes, at) < end) at += recordLength(bytes, at);
  return bytes.subarray(0, at);
}
