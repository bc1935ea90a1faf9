/** Figures over time: which ones charts draw, by which names and colours. */
import { figure } from '../api/stats.ts';
import type { Stats } from '../api/types.ts';
import { texts } from '../texts.ts';
import type { Colour } from './chart.tsx';

export type Drawn = readonly [name: string, title: string, colour: Colour];

export const LENGTHS: readonly Drawn[] = [
  ['messages_ready', texts.stats.ready, 'teal'],
  ['messages_unacknowledged', texts.stats.unacked, 'amber'],
];

export const RATES: readonly Drawn[] = [
  ['publish', texts.stats.publish, 'blue'],
  ['deliver_get', texts.stats.deliver, 'violet'],
  ['ack', texts.stats.ack, 'teal'],
  ['redeliver', texts.stats.redeliver, 'amber'],
];

export interface Moment {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly figures: Readonly<Record<string, number>>;
}

export function figuresIn(stats: Stats, drawn: readonly Drawn[]): Record<string, number> {
  return Object.fromEntries(drawn.map(([name]) => [name, figure(stats, name)]));
}
