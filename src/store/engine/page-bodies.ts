/**
 * What a page's row says about bodies, in its column `bodies`: 64-bit floats, lowest byte first, in pairs. First -1 and the size of the bodies of all
 * records; then for each record that refers to a body its position in the page and the id. In rows of before schema version 8 the first pair is
 * missing, and without any reference there is no value.
 */
import type { PageHeader } from '../stored-records.ts';

type Bodies = Pick<PageHeader, 'bodyBytes' | 'bodies'>;

/** In the place of a position: what follows is the size. */
const SIZE = -1;

/** Null for none. */
export function storedBodies(bodyBytes: number | undefined, references?: Float64Array): Uint8Array | null {
  if (bodyBytes === undefined) return references === undefined ? null : bytesOf(references);
  const numbers = new Float64Array(2 + (references?.length ?? 0));
  numbers[0] = SIZE;
  numbers[1] = bodyBytes;
  if (references !== undefined) numbers.set(references, 2);
  return bytesOf(numbers);
}

/** Properties that say nothing are not there: there may be very many pages. */
export function bodiesIn(stored: Uint8Array | null): Bodies {
  if (stored === null) return {};
  const numbers = numbersIn(stored);
  if (numbers[0] !== SIZE) return { bodies: numbers };
  const bodyBytes = numbers[1];
  return numbers.length === 2 ? { bodyBytes } : { bodyBytes, bodies: numbers.slice(2) };
}

/** Numbers as a row has them: of this column, or of RecoveredPage.redelivered. */
export function numbersIn(stored: Uint8Array): Float64Array {
  return new Float64Array(new Uint8Array(stored).buffer);
}

export function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
