/** Users that forms of the administration choose from. */
import type { User } from '../../api/types.ts';
import { type Option, optionsOf } from '../../parts/options.ts';
import { useAnswer } from '../../state/answer.ts';

export function useUserOptions(): readonly Option[] {
  const { data } = useAnswer<readonly User[]>('/users', { every: 60_000 });
  return optionsOf((data ?? []).map(({ name }) => name));
}
