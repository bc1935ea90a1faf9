/** Limits of users and vhosts, as definitions have them. */
import { oneLine, type JsonCursor } from './json-cursor.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined if there are none. `check` throws what is wrong with them. */
export function readLimits(item: JsonCursor, check: (limits: JsonObject) => void): JsonObject | undefined {
  if (!item.present) return undefined;
  const limits = item.object();
  try {
    check(limits);
  } catch (error) {
    item.problem(oneLine(error as Error));
  }
  return limits;
}
