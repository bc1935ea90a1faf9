/** The virtual hosts that the user is shown. */
import { useAnswer } from './answer.ts';

export function useVhosts(): readonly string[] {
  const { data } = useAnswer<readonly { readonly name: string }[]>('/vhosts?columns=name', {
    every: 60_000,
    on: ['vhost-created', 'vhost-deleted'],
  });
  return data?.map(({ name }) => name) ?? [];
}
