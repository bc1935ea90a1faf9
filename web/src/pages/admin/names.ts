/** Names that forms of the administration choose from. */
import type { User } from '../../api/types.ts';
import { useAnswer } from '../../state/answer.ts';

type Option = readonly [value: string, title: string];

export function useUserOptions(): readonly Option[] {
  const { data } = useAnswer<readonly User[]>('/users', { every: 60_000 });
  return (data ?? []).map(({ name }) => [name, name]);
}

export function optionsOf(names: readonly string[]): readonly Option[] {
  return names.map((name) => [name, name]);
}
