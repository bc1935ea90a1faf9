/** Whose turn it is if all take from one thing that there is not enough of: who had the last turn goes to the end. */

/** All items, beginning behind `last`; from the first on if that is none of them. */
export function startingBehind<T>(items: Iterable<T>, last: T | undefined): T[] {
  const all = [...items];
  const start = last === undefined ? 0 : all.indexOf(last) + 1;
  return start === 0 ? all : [...all.slice(start), ...all.slice(0, start)];
}
