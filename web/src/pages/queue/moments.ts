/** What a queue did: the broker's samples of the last minute, and then what came while somebody looked. */
import { useMemo, useRef } from 'preact/hooks';
import type { Queue, Rate, Stats } from '../../api/types.ts';
import { figuresIn, LENGTHS, type Moment, RATES } from '../../parts/figures.ts';

type Column = Readonly<Record<string, readonly (number | null)[]>>;

interface Moments {
  readonly at: readonly number[];
  readonly lengths: Column;
  /** A second. */
  readonly rates: Column;
}

/** An hour of them. */
const MOST = 720;

export function useMoments(queue: Queue): Moments {
  const known = useRef<Moment[]>([]);
  return useMemo(() => {
    const from = known.current;
    if (from.length === 0) from.push(...sampled(queue));
    else
      from.push({
        at: Date.now(),
        figures: { ...figuresIn(queue as unknown as Stats, LENGTHS), ...figuresIn(queue.message_stats ?? {}, RATES) },
      });
    if (from.length > MOST) from.shift();
    return {
      at: from.map(({ at }) => at),
      lengths: Object.fromEntries(LENGTHS.map(([name]) => [name, from.map(({ figures }) => figures[name] ?? 0)])),
      rates: Object.fromEntries(RATES.map(([name]) => [name, speeds(from, name)])),
    };
  }, [queue]);
}

/** The newest sample is of this moment, whatever the broker's clock says. */
function sampled(queue: Queue): Moment[] {
  const samples = (stats: object, name: string) =>
    (stats as Record<string, Rate | undefined>)[`${name}_details`]?.samples ?? [];
  const stats = queue.message_stats ?? {};
  const lengths = LENGTHS.map(([name]) => [name, samples(queue, name)] as const);
  const counted = RATES.map(([name]) => [name, samples(stats, name)] as const);
  const times = lengths[0][1].map(({ timestamp }) => timestamp);
  const late = Date.now() - (times[0] ?? 0);
  return times
    .map((timestamp, i) => ({
      at: timestamp + late,
      figures: Object.fromEntries([...lengths, ...counted].map(([name, all]) => [name, all[i]?.sample ?? 0])),
    }))
    .reverse();
}

function speeds(moments: readonly Moment[], name: string): (number | null)[] {
  return moments.map(({ at, figures }, i) => {
    const before = moments[i - 1];
    if (before === undefined || at <= before.at) return null;
    return Math.max(0, (((figures[name] ?? 0) - (before.figures[name] ?? 0)) * 1000) / (at - before.at));
  });
}
