/**
 * A checksum a row: what the disk gives back is what was written, or it is noticed. CRC-32 over the row's numbers (64-bit
 * floats, lowest byte first), then over its blobs.
 */
import { crc32 } from 'node:zlib';
import type { PageHeader, SeenHeader } from '../stored-records.ts';

type Blob = Uint8Array | null | undefined;

export function rowChecksum(numbers: readonly number[], ...blobs: readonly Blob[]): number {
  let sum = crc32(new Uint8Array(Float64Array.from(numbers).buffer));
  for (const blob of blobs) if (blob !== null && blob !== undefined) sum = crc32(blob, sum);
  return sum;
}

/** Of a row of `page`. `bodies`: the references as they are stored. */
export function pageChecksum(header: Omit<PageHeader, 'bodies'>, bodies: Blob, data: Uint8Array): number {
  const { id, queueId, base, first, last, count } = header;
  return rowChecksum([id, queueId, base, first, last, count, data.length], bodies, data);
}

/** Of a row of `body`. `size`: of the whole body. */
export function bodyChecksum(id: number, size: number, data: Uint8Array): number {
  return rowChecksum([id, size], data);
}

/** Of a row of `body_part`. */
export function bodyPartChecksum(bodyId: number, start: number, data: Uint8Array): number {
  return rowChecksum([bodyId, start, data.length], data);
}

/** Of a row of `seen`. */
export function seenChecksum({ queueId, newest, count }: SeenHeader, keys: Uint8Array): number {
  return rowChecksum([queueId, newest, count, keys.length], keys);
}

/** Of a row of `settled` or `redelivered`. */
export function ofPageChecksum(pageId: number, known: Uint8Array): number {
  return rowChecksum([pageId], known);
}
