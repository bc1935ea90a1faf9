/** Chance as the broker sees it, so that a test can decide what comes. The system's own is in system.ts. */
export interface Chance {
  /** One of the whole numbers from 0 to `limit` - 1, each as likely as the others. `limit`: at least 1. */
  below(limit: number): number;
  /** Bytes that nobody can guess. */
  bytes(count: number): Buffer;
}

/** 128 bits that nobody can guess and that never come twice, as 22 characters of base64url: the end of names that the broker gives. */
export function uniqueName(chance: Chance): string {
  return chance.bytes(16).toString('base64url');
}
