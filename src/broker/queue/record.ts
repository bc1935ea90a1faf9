/**
 * How a message lies in a queue's log, in memory and on disk alike. Big-endian.
 *
 *    0  u32  length of the whole record
 *    4  u32  sequence number, counted from the segment's base
 *    8  u8   flags: SHARED
 *    9  u8   zero
 *   10  u16  length of the route
 *   12  u32  length of the properties
 *   16       route: exchange and routing key, two shortstrs
 *            properties: flags and list as in the content header
 *            body, or, if SHARED: u64 body id, u32 body size
 */
import { copyBytes, readU32, readU64, writeU32, writeU64 } from '../../util/bytes.ts';
import type { Message } from '../message.ts';

export const RECORD_SHARED = 1;

const HEAD_BYTES = 16;
const SHARED_BYTES = 12;

export function recordBytes(message: Message): number {
  return (
    HEAD_BYTES +
    message.routeEnd -
    message.routeStart +
    message.propertiesEnd -
    message.propertiesStart +
    (message.shared === undefined ? message.bodyEnd - message.bodyStart : SHARED_BYTES)
  );
}

/** Writes the record at `at`, where `length` (of recordBytes) is free. */
export function writeRecord(target: Buffer, at: number, length: number, offset: number, message: Message): void {
  const routeLength = message.routeEnd - message.routeStart;
  writeU32(target, at, length);
  writeU32(target, at + 4, offset);
  target[at + 8] = message.shared === undefined ? 0 : RECORD_SHARED;
  target[at + 9] = 0;
  target[at + 10] = routeLength >>> 8;
  target[at + 11] = routeLength;
  writeU32(target, at + 12, message.propertiesEnd - message.propertiesStart);
  at = copyBytes(message.route, message.routeStart, message.routeEnd, target, at + HEAD_BYTES);
  at = copyBytes(message.properties, message.propertiesStart, message.propertiesEnd, target, at);
  if (message.shared === undefined) {
    copyBytes(message.body, message.bodyStart, message.bodyEnd, target, at);
  } else {
    writeU64(target, at, message.shared.id);
    writeU32(target, at + 8, message.shared.size);
  }
}

/** Points `message` at the record. Where the body is kept apart, the body's range is the reference to it. */
export function viewRecord(source: Buffer, at: number, message: Message): void {
  const routeStart = at + HEAD_BYTES;
  const routeEnd = routeStart + ((source[at + 10] << 8) | source[at + 11]);
  const propertiesEnd = routeEnd + readU32(source, at + 12);
  message.route = message.properties = message.body = source;
  message.routeStart = routeStart;
  message.routeEnd = message.propertiesStart = routeEnd;
  message.propertiesEnd = message.bodyStart = propertiesEnd;
  message.bodyEnd = at + readU32(source, at);
  message.bodyOwned = false;
  message.shared = undefined;
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
  return at + HEAD_BYTES + ((source[at + 10] << 8) | source[at + 11]) + readU32(source, at + 12);
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

/** Length of the record, and of its body where that is kept apart. */
export function recordStoredBytes(source: Buffer, at: number): number {
  const length = recordLength(source, at);
  return (recordFlags(source, at) & RECORD_SHARED) === 0 ? length : length + recordBodySize(source, at);
}
