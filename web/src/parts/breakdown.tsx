/** What went through a queue, an exchange or a channel, told apart by where it came from or went to. */
import { exchangeName } from '../api/exchanges.ts';
import { figure, rate } from '../api/stats.ts';
import type { Part } from '../api/types.ts';
import { count, perSecond } from '../format.ts';
import { href } from '../state/route.ts';
import { texts } from '../texts.ts';
import { Name } from './name.tsx';
import { Panel } from './panel.tsx';
import { type Column, Table } from './table.tsx';

const words = texts.breakdown;

/** The broker has sorted them: those with the most messages come first. */
const SHOWN = 20;

interface BreakdownProps {
  readonly name: string;
  readonly title: string;
  /** What the parts are. */
  readonly kind: string;
  readonly parts: readonly Part[];
  /** Those of `message_stats` that are shown. */
  readonly stats: readonly (readonly [name: string, title: string])[];
}

/** Nothing is shown if nothing went through. */
export function Breakdown({ name, title, kind, parts, stats }: BreakdownProps) {
  if (parts.length === 0) return null;
  const columns: readonly Column<Part>[] = [
    { id: 'of', title: kind, show: (part) => <PartName of={part} /> },
    ...stats.map(([stat, heading]) => ({
      id: stat,
      title: heading,
      isNumber: true,
      show: ({ stats: figures }: Part) => (
        <>
          {perSecond(rate(figures, stat))}/s <small class="muted under">{count(figure(figures, stat))}</small>
        </>
      ),
    })),
  ];
  return (
    <Panel title={title}>
      <Table name={name} caption={title} columns={columns} rows={parts.slice(0, SHOWN)} keyOf={keyOf} empty="" />
      {parts.length > SHOWN && <p class="muted below">{words.more(count(parts.length - SHOWN))}</p>}
    </Panel>
  );
}

function PartName({ of: { exchange, queue, channel_details: channel } }: { readonly of: Part }) {
  if (channel !== undefined) {
    return (
      <>
        <Name of={channel.name} to={href(['channels', channel.name])} />
        <small class="muted under">{channel.user}</small>
      </>
    );
  }
  if (queue !== undefined) return <Name of={queue.name} to={href(['queues', queue.vhost, queue.name])} />;
  const name = exchangeName(exchange!.name);
  return <Name of={name} to={href(['exchanges', exchange!.vhost, name])} />;
}

function keyOf({ exchange, queue, channel_details: channel }: Part): string {
  return channel?.name ?? queue?.name ?? exchange!.name;
}
