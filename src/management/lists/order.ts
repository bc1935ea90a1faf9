/** The order of names: by their octets, as Erlang compares binaries. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** By several texts, the first first. */
export function byKeys<Row>(keysOf: (row: Row) => readonly string[]): (a: Row, b: Row) => number {
  return (a, b) => {
    const [left, right] = [keysOf(a), keysOf(b)];
    for (const [i, key] of left.entries()) {
      if (key !== right[i]) return key < right[i] ? -1 : 1;
    }
    return 0;
  };
}
