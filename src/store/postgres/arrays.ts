/** Lists as one parameter each. */
import { writeU32 } from '../../util/bytes.ts';

/** The number of the type bytea, in every database. */
const BYTEA = 17;

/** As text. */
export function bigints(numbers: Iterable<number>): string {
  return `{${[...numbers].join()}}`;
}

/** As text. Checksums have no sign, and the type int has. */
export function ints(numbers: Iterable<number>): string {
  return `{${Array.from(numbers, (number) => number | 0).join()}}`;
}

/** A bytea[] in its binary form: one dimension, no NULLs, counted from 1. */
export function blobs(list: readonly Uint8Array[]): Buffer {
  const size = list.reduce((sum, { length }) => sum + 4 + length, 0);
  const array = Buffer.allocUnsafe(20 + size);
  [1, 0, BYTEA, list.length, 1].forEach((word, n) => writeU32(array, 4 * n, word));
  let at = 20;
  for (const blob of list) {
    writeU32(array, at, blob.length);
    array.set(blob, at + 4);
    at += 4 + blob.length;
  }
  return array;
}
