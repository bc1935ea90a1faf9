/** What the process that is killed and the test that kills it agree on. */

/** Size of the pages of batch `n`: mostly small, some larger than SQLite's cache, the same in every run of a seed. */
export function pageBytes(seed: number, n: number): number {
  const random = Math.imul(n ^ (seed * 0x9e3779b1), 0x85ebca6b) >>> 0;
  if (random % 41 === 0) return 3_000_000 + (random % 100_000);
  return random % 7 === 0 ? random % 200_000 : random % 3000;
}
