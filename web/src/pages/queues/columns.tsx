/** What the list of queues shows of each. */
import { known } from '../../api/known.ts';
import { rate } from '../../api/stats.ts';
import type { Queue } from '../../api/types.ts';
import { bytes, count, duration, percent, perSecond } from '../../format.ts';
import { Name } from '../../parts/name.tsx';
import { Badge } from '../../parts/notice.tsx';
import type { Column } from '../../parts/table.tsx';
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const words = texts.queues;

export const QUEUE_FIELDS = [
  'name',
  'vhost',
  'type',
  'state',
  'durable',
  'auto_delete',
  'exclusive',
  'arguments',
  'policy',
  'operator_policy',
  'consumers',
  'consumer_utilisation',
  'messages',
  'messages_ready',
  'messages_unacknowledged',
  'messages_details',
  'message_bytes',
  'message_stats',
  'head_message_age',
  'idle_since',
] as const;

function speed(id: string, title: string, isExtra = false): Column<Queue> {
  return {
    id,
    title,
    sort: `message_stats.${id}_details.rate`,
    isNumber: true,
    isExtra,
    show: ({ message_stats: stats }) => `${perSecond(rate(stats, id))}/s`,
  };
}

export const QUEUE_COLUMNS: readonly Column<Queue>[] = [
  {
    id: 'name',
    title: words.name,
    sort: 'name',
    show: ({ name, vhost }) => <Name of={name} to={href(['queues', vhost, name])} />,
  },
  { id: 'vhost', title: words.vhost, sort: 'vhost', show: ({ vhost }) => <Name of={vhost} /> },
  { id: 'type', title: words.type, sort: 'type', show: ({ type }) => words.types[type] },
  { id: 'features', title: words.features, show: (queue) => <Features of={queue} /> },
  { id: 'state', title: words.state, sort: 'state', show: (queue) => <State of={queue} /> },
  {
    id: 'ready',
    title: texts.stats.ready,
    sort: 'messages_ready',
    isNumber: true,
    show: ({ messages_ready: ready }) => count(ready),
  },
  {
    id: 'unacked',
    title: texts.stats.unacked,
    sort: 'messages_unacknowledged',
    isNumber: true,
    show: ({ messages_unacknowledged: unacked }) => count(unacked),
  },
  {
    id: 'total',
    title: texts.stats.total,
    sort: 'messages',
    isNumber: true,
    isExtra: true,
    show: ({ messages }) => count(messages),
  },
  {
    id: 'growth',
    title: words.growth,
    sort: 'messages_details.rate',
    isNumber: true,
    show: ({ messages_details: details }) => signed(details?.rate ?? 0),
  },
  speed('publish', words.in),
  speed('deliver_get', words.out),
  speed('ack', texts.stats.ack, true),
  {
    id: 'consumers',
    title: texts.views.consumers,
    sort: 'consumers',
    isNumber: true,
    show: ({ consumers }) => count(consumers),
  },
  {
    id: 'utilisation',
    title: words.utilisation,
    sort: 'consumer_utilisation',
    isNumber: true,
    isExtra: true,
    show: ({ consumer_utilisation: share }) => (known(share) ? percent(share) : ''),
  },
  {
    id: 'bytes',
    title: words.bytes,
    sort: 'message_bytes',
    isNumber: true,
    isExtra: true,
    show: ({ message_bytes: size }) => (size === undefined ? '' : bytes(size)),
  },
  {
    id: 'age',
    title: words.headAge,
    sort: 'head_message_age',
    isNumber: true,
    isExtra: true,
    show: ({ head_message_age: age }) => (age === undefined ? '' : duration(age * 1000)),
  },
  {
    id: 'policy',
    title: words.policy,
    sort: 'policy',
    isExtra: true,
    show: ({ policy, operator_policy: operator }) => [policy, operator].filter(Boolean).join(', '),
  },
];

function signed(speed: number): string {
  return `${speed > 0 ? '+' : ''}${perSecond(speed)}/s`;
}

export function State({ of: { state, idle_since: idle } }: { readonly of: Queue }) {
  if (state !== 'running') return <Badge tone="bad">{words.states.stopped}</Badge>;
  return idle === undefined ? <Badge tone="good">{words.states.running}</Badge> : <Badge>{words.states.idle}</Badge>;
}

/** What it was declared with, in a word each. */
function Features({ of: queue }: { readonly of: Queue }) {
  const features = [
    [queue.durable, words.durable],
    [queue.auto_delete, words.autoDelete],
    [queue.exclusive, words.exclusive],
    [known(queue.policy), queue.policy],
    ...Object.keys(queue.arguments)
      .filter((name) => name !== 'x-queue-type')
      .map((name) => [true, name.replace(/^x-/, '')] as const),
  ] as const;
  return <span class="badges">{features.map(([has, title]) => has && <Badge key={title}>{title}</Badge>)}</span>;
}
