/** How a queue does: lengths and rates, when it will be empty, and which of its settings come from where. */
import { known } from '../../api/known.ts';
import type { Queue } from '../../api/types.ts';
import { bytes, count, dateTime, duration, percent, perSecond } from '../../format.ts';
import { Breakdown } from '../../parts/breakdown.tsx';
import { Chart, type Line } from '../../parts/chart.tsx';
import { type Drawn, LENGTHS, RATES } from '../../parts/figures.ts';
import { Facts, Panel } from '../../parts/panel.tsx';
import { texts } from '../../texts.ts';
import { Settings } from './settings.tsx';
import { useMoments } from './moments.ts';

const words = texts.queue;

export function QueueOverview({ queue }: { readonly queue: Queue }) {
  const { at, lengths, rates } = useMoments(queue);
  const linesOf = (drawn: readonly Drawn[], values: Readonly<Record<string, readonly (number | null)[]>>): Line[] =>
    drawn.map(([name, title, colour]) => ({ title, colour, values: values[name] ?? [] }));
  return (
    <div class="columns">
      <Panel title={texts.overview.lengths}>
        <Chart title={texts.overview.lengths} at={at} lines={linesOf(LENGTHS, lengths)} unit="count" />
      </Panel>
      <Panel title={texts.overview.rates}>
        <Chart title={texts.overview.rates} at={at} lines={linesOf(RATES, rates)} unit="rate" />
      </Panel>
      <Panel title={words.now}>
        <Facts
          of={[
            [texts.stats.ready, count(queue.messages_ready)],
            [texts.stats.unacked, count(queue.messages_unacknowledged)],
            [
              words.delayed,
              queue.messages_delayed !== undefined && queue.messages_delayed > 0
                ? count(queue.messages_delayed)
                : undefined,
            ],
            [words.bytes, queue.message_bytes === undefined ? undefined : bytes(queue.message_bytes)],
            [words.drain, drain(queue)],
            [texts.views.consumers, count(queue.consumers)],
            [
              texts.queues.utilisation,
              known(queue.consumer_utilisation) ? percent(queue.consumer_utilisation) : undefined,
            ],
            [
              words.head,
              known(queue.head_message_timestamp) ? dateTime(queue.head_message_timestamp * 1000) : undefined,
            ],
            [words.idleSince, queue.idle_since === undefined ? undefined : dateTime(Date.parse(queue.idle_since))],
          ]}
        />
      </Panel>
      <Settings queue={queue} />
      <Breakdown
        name="queue-incoming"
        title={texts.breakdown.comesFrom}
        kind={texts.breakdown.exchange}
        parts={queue.incoming ?? []}
        stats={[['publish', texts.stats.publish]]}
      />
      <Breakdown
        name="queue-deliveries"
        title={texts.breakdown.takenBy}
        kind={texts.breakdown.channel}
        parts={queue.deliveries ?? []}
        stats={[
          ['deliver_get', texts.stats.deliver],
          ['ack', texts.stats.ack],
          ['redeliver', texts.stats.redeliver],
        ]}
      />
    </div>
  );
}

/** When the queue is empty if all goes on as in the last seconds. */
function drain({ type, messages_ready: ready, messages_ready_details: change }: Queue): string | undefined {
  if (type === 'stream') return undefined;
  // Not what comes less what goes: a full queue drops as many, and others expire.
  const speed = -(change?.rate ?? 0);
  if (ready === 0) return words.empty;
  if (speed > 0) return words.drained(duration((ready / speed) * 1000), perSecond(speed));
  return speed < 0 ? words.grows(perSecond(-speed)) : words.stands;
}
