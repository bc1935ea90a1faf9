/** Figures and their rates, as the API puts them side by side: `publish` and `publish_details.rate`. */
import type { Rate, Stats } from './types.ts';

export function figure(stats: Stats | undefined, name: string): number {
  return (stats?.[name] as number | undefined) ?? 0;
}

/** A second. */
export function rate(stats: Stats | undefined, name: string): number {
  return (stats?.[`${name}_details`] as Rate | undefined)?.rate ?? 0;
}
