/** What is chosen from. */
export type Option = readonly [value: string, title: string];

/** Names stand for themselves. */
export function optionsOf(names: readonly string[]): readonly Option[] {
  return names.map((name) => [name, name]);
}
