/** Consumers, wherever they are listed: who takes messages, and how many it may hold. */
import type { Consumer } from '../api/types.ts';
import { count } from '../format.ts';
import { href } from '../state/route.ts';
import { texts } from '../texts.ts';
import { Name } from './name.tsx';
import { Badge } from './notice.tsx';
import type { Column } from './table.tsx';

const words = texts.consumers;

export const CONSUMER_COLUMNS: readonly Column<Consumer>[] = [
  { id: 'tag', title: words.tag, sort: 'consumer_tag', show: ({ consumer_tag: tag }) => <Name of={tag} /> },
  {
    id: 'queue',
    title: words.queue,
    sort: 'queue.name',
    show: ({ queue: { name, vhost } }) => <Name of={name} to={href(['queues', vhost, name])} />,
  },
  {
    id: 'channel',
    title: words.channel,
    sort: 'channel_details.name',
    show: ({ channel_details: { name } }) => <Name of={name} to={href(['channels', name])} />,
  },
  {
    id: 'user',
    title: words.user,
    sort: 'channel_details.user',
    show: ({ channel_details: { user } }) => <Name of={user} />,
  },
  { id: 'ack', title: words.acks, show: ({ ack_required: acks }) => (acks ? words.manual : words.automatic) },
  {
    id: 'prefetch',
    title: words.prefetch,
    sort: 'prefetch_count',
    isNumber: true,
    show: ({ prefetch_count: prefetch }) => (prefetch === 0 ? words.unlimited : count(prefetch)),
  },
  {
    id: 'unacked',
    title: texts.stats.unacked,
    sort: 'messages_unacknowledged',
    isNumber: true,
    show: ({ messages_unacknowledged: unacked }) => count(unacked),
  },
  {
    id: 'state',
    title: words.state,
    show: ({ active, activity_status: status, exclusive }) => (
      <span class="badges">
        <Badge tone={active ? 'good' : 'plain'}>{words.states[status as keyof typeof words.states] ?? status}</Badge>
        {exclusive && <Badge>{texts.queues.exclusive}</Badge>}
      </span>
    ),
  },
];

/** What tells consumers apart: their tags are their channels'. */
export function consumerKey({ consumer_tag: tag, channel_details: { name } }: Consumer): string {
  return `${name} ${tag}`;
}
