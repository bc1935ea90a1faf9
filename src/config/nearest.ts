/** Finds the name that a mistyped one probably meant. */

/** What to say of a key that is none of `known`. */
export function unknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known);
  return `unknown key "${key}"${guess === undefined ? '' : `, did you mean "${guess}"?`}`;
}

/** The candidate with the fewest edits from `name`, without regard to case, dashes or underscores; undefined if none is near. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[-_]/g, '');
  const wanted = plain(name);
  let best: string | undefined;
  // More than a third of the letters wrong is another word.
  let bestDistance = Math.floor(wanted.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many insertions, deletions, replacements and exchanges of neighbours lie between (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isExchange = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1, isExchange ? before[j - 2] + 1 : Infinity));
    }
    before = row;
    row = next;
  }
  return row[to.length];
}
