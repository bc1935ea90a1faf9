/** Names no other test, file or run uses, so that many test runs can share one broker. */
import { randomUUID } from 'node:crypto';

/** `interop.<kind>.<random>`: a queue, exchange or consumer tag of one test. */
export function uniqueName(kind: string): string {
  return `interop.${kind}.${randomUUID().slice(0, 13)}`;
}
