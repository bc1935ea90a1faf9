/** Rates and lengths over the last minute, hour or day: what the broker noted, and then what it tells every few seconds. */
import { useMemo } from 'preact/hooks';
import type { History } from '../../api/types.ts';
import { Chart, type Line } from '../../parts/chart.tsx';
import { Choice } from '../../parts/choice.tsx';
import { type Drawn, figuresIn, LENGTHS, type Moment, RATES } from '../../parts/figures.ts';
import { Panel } from '../../parts/panel.tsx';
import { useAnswer } from '../../state/answer.ts';
import { setQuery, useRoute } from '../../state/route.ts';
import { texts } from '../../texts.ts';
import type { Told } from './told.ts';

/** In seconds; how often the broker is asked for all of it again, in milliseconds: a minute goes on by what it tells. */
const RANGES = {
  minute: { span: 60, every: 60_000 },
  hour: { span: 3600, every: 60_000 },
  day: { span: 86_400, every: 300_000 },
} as const;
type Range = keyof typeof RANGES;

/** And what no queue took. */
const ALL_RATES: readonly Drawn[] = [...RATES, ['drop_unroutable', texts.stats.unroutable, 'rose']];
/** What is further apart is a time in which nothing was noted, in milliseconds; the day's notes are five minutes apart. */
const GAP_MS = 400_000;

/** `told`: since the page was opened. */
export function Charts({ told }: { readonly told: readonly Told[] }) {
  const chosen = useRoute().query.get('range') as Range | null;
  const range = chosen !== null && chosen in RANGES ? chosen : 'minute';
  const { span, every } = RANGES[range];
  // A rate needs the moment before the first.
  const { data: history } = useAnswer<History>(`/history?age=${Math.min(span + 10, 86_400)}`, { every });
  const moments = useMemo(
    () => [...momentsOf(history), ...told.filter(({ at }) => at > (history?.at.at(-1) ?? 0)).map(momentOf)],
    [history, told],
  );
  const at = useMemo(() => moments.map((moment) => moment.at), [moments]);
  const rates = useMemo(
    (): Line[] => ALL_RATES.map(([name, title, colour]) => ({ title, colour, values: ratesOf(moments, name) })),
    [moments],
  );
  const lengths = useMemo(
    (): Line[] =>
      LENGTHS.map(([name, title, colour]) => ({
        title,
        colour,
        values: moments.map(({ figures }) => figures[name] ?? 0),
      })),
    [moments],
  );
  const ranges = (Object.keys(RANGES) as Range[]).map((name) => [name, texts.overview.ranges[name]] as const);
  const choice = (
    <Choice
      label={texts.overview.range}
      options={ranges}
      value={range}
      onChoose={(value) => setQuery({ range: value })}
    />
  );
  return (
    <div class="columns">
      <Panel title={texts.overview.rates} aside={choice}>
        <Chart title={texts.overview.rates} at={at} lines={rates} unit="rate" span={span} />
      </Panel>
      <Panel title={texts.overview.lengths}>
        <Chart title={texts.overview.lengths} at={at} lines={lengths} unit="count" span={span} />
        {range !== 'minute' && <p class="hint">{texts.overview.fromNow}</p>}
      </Panel>
    </div>
  );
}

function momentsOf(history: History | undefined): Moment[] {
  const names = Object.keys(history?.figures ?? {});
  return (history?.at ?? []).map((at, i) => ({
    at,
    figures: Object.fromEntries(names.map((name) => [name, history!.figures[name][i]])),
  }));
}

function momentOf({ at, queue_totals: totals, message_stats: stats }: Told): Moment {
  return { at, figures: { ...figuresIn(totals, LENGTHS), ...figuresIn(stats, ALL_RATES) } };
}

/** Between each moment and the one before. A broker that was started again counts from 0. */
function ratesOf(moments: readonly Moment[], name: string): (number | null)[] {
  return moments.map(({ at, figures }, i) => {
    const before = moments[i - 1];
    if (before === undefined || at - before.at > GAP_MS || at <= before.at) return null;
    const change = (figures[name] ?? 0) - (before.figures[name] ?? 0);
    return change < 0 ? null : (change * 1000) / (at - before.at);
  });
}
