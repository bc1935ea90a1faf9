/** What the broker's memory is used for. */
import { decimal, size } from '../output/sections.ts';

/** In bytes: the total in three ways of counting, and each use by its name. */
export interface Memory {
  readonly strategy: string;
  readonly total: { readonly rss: number };
  readonly [use: string]: unknown;
}

/** The largest use first, with its share. `before` stands before the sign of percent. */
export function memoryLines(memory: Memory, unit: string, before: string): readonly string[] {
  const uses = Object.entries(memory).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return uses
    .sort(([, a], [, b]) => b - a)
    .map(([use, bytes]) => `${use}: ${size(bytes, unit)} (${decimal((100 * bytes) / memory.total.rss, 2)}${before}%)`);
}
