/** What lists of channels show of each. */
import { rate } from '../../api/stats.ts';
import type { Channel } from '../../api/types.ts';
import { count, perSecond } from '../../format.ts';
import { Name } from '../../parts/name.tsx';
import { Badge } from '../../parts/notice.tsx';
import type { Column } from '../../parts/table.tsx';
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const words = texts.channels;

export const CHANNEL_COLUMNS: readonly Column<Channel>[] = [
  {
    id: 'name',
    title: texts.queues.name,
    sort: 'name',
    show: ({ name }) => <Name of={name} to={href(['channels', name])} />,
  },
  { id: 'user', title: texts.connections.user, sort: 'user', show: ({ user }) => <Name of={user} /> },
  { id: 'vhost', title: texts.queues.vhost, sort: 'vhost', isExtra: true, show: ({ vhost }) => <Name of={vhost} /> },
  {
    id: 'mode',
    title: words.mode,
    show: ({ confirm, transactional }) => (
      <span class="badges">
        {confirm && <Badge>{words.confirms}</Badge>}
        {transactional && <Badge>{words.transactions}</Badge>}
      </span>
    ),
  },
  {
    id: 'consumers',
    title: texts.views.consumers,
    sort: 'consumer_count',
    isNumber: true,
    show: ({ consumer_count: consumers }) => count(consumers),
  },
  {
    id: 'prefetch',
    title: texts.consumers.prefetch,
    sort: 'prefetch_count',
    isNumber: true,
    show: ({ prefetch_count: each, global_prefetch_count: all }) => prefetchText(each, all),
  },
  {
    id: 'unacked',
    title: texts.stats.unacked,
    sort: 'messages_unacknowledged',
    isNumber: true,
    show: ({ messages_unacknowledged: unacked }) => count(unacked),
  },
  {
    id: 'unconfirmed',
    title: words.unconfirmed,
    sort: 'messages_unconfirmed',
    isNumber: true,
    isExtra: true,
    show: ({ messages_unconfirmed: unconfirmed }) => count(unconfirmed),
  },
  ...(['publish', 'deliver_get', 'ack'] as const).map((name) => ({
    id: name,
    title: { publish: texts.stats.publish, deliver_get: texts.stats.deliver, ack: texts.stats.ack }[name],
    sort: `message_stats.${name}_details.rate`,
    isNumber: true,
    show: ({ message_stats: stats }: Channel) => `${perSecond(rate(stats, name))}/s`,
  })),
];

function prefetchText(each: number, all: number): string {
  if (each === 0 && all === 0) return texts.consumers.unlimited;
  return all === 0 ? count(each) : words.globally(count(all));
}
