/** Channels, and one of them with its consumers. */
import { at } from '../api/client.ts';
import { figure, rate } from '../api/stats.ts';
import type { Channel as Answer } from '../api/types.ts';
import { count, perSecond } from '../format.ts';
import { Breakdown } from '../parts/breakdown.tsx';
import { CONSUMER_COLUMNS } from '../parts/consumers.tsx';
import { ListPanel } from '../parts/list.tsx';
import { Problem } from '../parts/notice.tsx';
import { Facts, Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { useAnswer } from '../state/answer.ts';
import { useList } from '../state/list.ts';
import { href } from '../state/route.ts';
import { texts } from '../texts.ts';
import type { ViewProps } from '../views.ts';
import { CHANNEL_COLUMNS } from './clients/channel-columns.tsx';
import { ClientTabs } from './clients/tabs.tsx';

const words = texts.channels;
const FIELDS = [
  'name',
  'number',
  'user',
  'vhost',
  'confirm',
  'transactional',
  'consumer_count',
  'prefetch_count',
  'global_prefetch_count',
  'messages_unacknowledged',
  'messages_unconfirmed',
  'message_stats',
];
const STATS = [
  ['publish', texts.stats.publish],
  ['confirm', texts.stats.confirm],
  ['deliver_get', texts.stats.deliver],
  ['ack', texts.stats.ack],
  ['redeliver', texts.stats.redeliver],
  ['return_unroutable', texts.stats.unroutable],
] as const;

const PUBLISHED = STATS.filter(([id]) => ['publish', 'confirm', 'return_unroutable'].includes(id));
const DELIVERED = STATS.filter(([id]) => ['deliver_get', 'ack', 'redeliver'].includes(id));

export function Channels({ names: [name] }: ViewProps) {
  return name === undefined ? <ChannelList /> : <Channel name={name} />;
}

function ChannelList() {
  const { data, error } = useList<Answer>('/channels', {
    columns: FIELDS,
    on: ['channel-opened', 'channel-closed'],
  });
  return (
    <>
      <h1>{texts.views.channels}</h1>
      <ClientTabs current="channels" />
      <Problem error={error} />
      <ListPanel
        hasPatterns
        name="channels"
        caption={texts.views.channels}
        columns={CHANNEL_COLUMNS}
        page={data}
        keyOf={({ name }) => name}
        empty={words.none}
      />
    </>
  );
}

function Channel({ name }: { readonly name: string }) {
  const { data: channel, error } = useAnswer<Answer>(at`/channels/${name}`);
  return (
    <>
      <p class="crumb">
        <a href={href(['channels'])}>{texts.views.channels}</a>
      </p>
      <h1>{name}</h1>
      {error?.status === 404 ? <p class="empty">{words.gone}</p> : <Problem error={error} />}
      {channel !== undefined && (
        <div class="columns">
          <Panel title={words.facts}>
            <Facts
              of={[
                [
                  words.connection,
                  <a href={href(['connections', channel.connection_details.name])}>
                    {channel.connection_details.name}
                  </a>,
                ],
                [texts.connections.user, channel.user],
                [texts.queues.vhost, channel.vhost],
                [texts.stats.unacked, count(channel.messages_unacknowledged)],
                [words.unconfirmed, count(channel.messages_unconfirmed)],
                [
                  texts.consumers.prefetch,
                  channel.prefetch_count === 0 ? texts.consumers.unlimited : count(channel.prefetch_count),
                ],
              ]}
            />
          </Panel>
          <Panel title={texts.overview.rates}>
            <Facts
              of={STATS.map(
                ([id, title]) =>
                  [
                    title,
                    `${perSecond(rate(channel.message_stats, id))}/s, ${count(figure(channel.message_stats, id))}`,
                  ] as const,
              )}
            />
          </Panel>
          <Breakdown
            name="channel-publishes"
            title={texts.breakdown.goesTo}
            kind={texts.breakdown.exchange}
            parts={channel.publishes ?? []}
            stats={PUBLISHED}
          />
          <Breakdown
            name="channel-deliveries"
            title={texts.breakdown.taken}
            kind={texts.breakdown.queue}
            parts={channel.deliveries ?? []}
            stats={DELIVERED}
          />
          <Panel title={texts.views.consumers} wide>
            <Table
              name="channel-consumers"
              caption={texts.views.consumers}
              columns={CONSUMER_COLUMNS.filter(({ id }) => id !== 'channel')}
              rows={channel.consumer_details ?? []}
              keyOf={({ consumer_tag: tag }) => tag}
              empty={texts.consumers.none}
            />
          </Panel>
        </div>
      )}
    </>
  );
}
