/** Moving bytes quickly. Below some dozens of bytes a plain loop beats the call into the runtime. */

const LOOP_BYTES = 64;

/** Copies source[start, end) to target at `at` and returns the position behind it. */
export function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start < LOOP_BYTES) {
    while (start < end) target[at++] = source[start++];
    return at;
  }
  source.copy(target, at, start, end);
  return at + end - start;
}

export function equalBytes(a: Buffer, aStart: number, aEnd: number, b: Buffer, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  while (aStart < aEnd) if (a[aStart++] !== b[bStart++]) return false;
  return true;
}

export function readU16(buffer: Uint8Array, at: number): number {
  return (buffer[at] << 8) | buffer[at + 1];
}

export function readU32(buffer: Uint8Array, at: number): number {
  return ((buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]) >>> 0;
}

export function writeU32(buffer: Uint8Array, at: number, value: number): void {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
}

export function writeU64(buffer: Uint8Array, at: number, value: number): void {
  writeU32(buffer, at, Math.floor(value / 0x1_0000_0000));
  writeU32(buffer, at + 4, value >>> 0);
}

export function readU64(buffer: Uint8Array, at: number): number {
  return readU32(buffer, at) * 0x1_0000_0000 + readU32(buffer, at + 4);
}

/** One bit of a bitmap, least significant first; false behind its end. */
export function bitAt(bitmap: Uint8Array, position: number): boolean {
  return ((bitmap[position >>> 3] ?? 0) & (1 << (position & 7))) !== 0;
}

/** Frees a buffer's memory now, if no other has a part of it, and not when it is collected: many would take as much as there is by then. */
export function letGo({ buffer, byteLength }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength === byteLength) buffer.transferToFixedLength(0);
}

/** From this size on a buffer is taken from the system alone: in bytes. */
const MAPPED_BYTES = 256 * 1024;

/**
 * A buffer whose contents are whatever, and whose memory the system has back when it is let go of or collected. The C library keeps what it is
 * given back of up to 32 MiB, for the most part: once such a piece was freed, it cuts the next out of a heap that shrinks from its end only. So
 * large ones are what V8 takes from the system itself: memory that could be resized.
 */
export function newBuffer(bytes: number): Buffer<ArrayBuffer> {
  if (bytes < MAPPED_BYTES) return Buffer.allocUnsafeSlow(bytes);
  return Buffer.from(new ArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes);
}
