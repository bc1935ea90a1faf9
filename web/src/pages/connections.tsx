/** Connections: who, from where, since when, how fast; one of them with its channels, and a way to close it. */
import { ask, at } from '../api/client.ts';
import type { Channel, Connection as Answer } from '../api/types.ts';
import { bytes, count, dateTime, duration, valueText } from '../format.ts';
import { Action } from '../parts/action.tsx';
import { Text } from '../parts/field.tsx';
import { ListPanel } from '../parts/list.tsx';
import { VhostSelect } from '../parts/list-tools.tsx';
import { Name } from '../parts/name.tsx';
import { Badge, Problem } from '../parts/notice.tsx';
import { Facts, Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useAnswer } from '../state/answer.ts';
import { useList } from '../state/list.ts';
import { go, href, useRoute } from '../state/route.ts';
import { useVhosts } from '../state/vhosts.ts';
import { texts } from '../texts.ts';
import type { ViewProps } from '../views.ts';
import { CHANNEL_COLUMNS } from './clients/channel-columns.tsx';
import { ClientTabs } from './clients/tabs.tsx';

const words = texts.connections;
const FIELDS = [
  'name',
  'user_provided_name',
  'user',
  'vhost',
  'state',
  'channels',
  'connected_at',
  'recv_oct_details',
  'send_oct_details',
  'client_properties',
  'ssl',
  'peer_host',
  'peer_port',
];

const COLUMNS: readonly Column<Answer>[] = [
  {
    id: 'name',
    title: texts.queues.name,
    sort: 'name',
    show: ({ name, user_provided_name: own }) => (
      <>
        <Name of={own ?? name} to={href(['connections', name])} />
        {own !== undefined && <small class="muted under">{name}</small>}
      </>
    ),
  },
  { id: 'user', title: words.user, sort: 'user', show: ({ user }) => <Name of={user} /> },
  { id: 'vhost', title: texts.queues.vhost, sort: 'vhost', show: ({ vhost }) => <Name of={vhost} /> },
  { id: 'state', title: texts.queues.state, sort: 'state', show: ({ state }) => <ConnectionState state={state} /> },
  {
    id: 'since',
    title: words.since,
    sort: 'connected_at',
    isNumber: true,
    show: ({ connected_at: at_ }) => duration(Date.now() - at_),
  },
  {
    id: 'in',
    title: words.fromClient,
    sort: 'recv_oct_details.rate',
    isNumber: true,
    show: ({ recv_oct_details: details }) => `${bytes(details?.rate ?? 0)}/s`,
  },
  {
    id: 'out',
    title: words.toClient,
    sort: 'send_oct_details.rate',
    isNumber: true,
    show: ({ send_oct_details: details }) => `${bytes(details?.rate ?? 0)}/s`,
  },
  {
    id: 'channels',
    title: texts.views.channels,
    sort: 'channels',
    isNumber: true,
    show: ({ channels }) => count(channels),
  },
  {
    id: 'client',
    title: words.client,
    show: ({ client_properties: client }) =>
      [client['product'], client['version']].filter((part) => typeof part === 'string').join(' '),
  },
  {
    id: 'tls',
    title: words.tls,
    sort: 'ssl',
    isExtra: true,
    show: ({ ssl }) => (ssl ? texts.common.yes : texts.common.no),
  },
];

function ConnectionState({ state }: { readonly state: string }) {
  const title = words.states[state as keyof typeof words.states] ?? state;
  return <Badge tone={state === 'running' ? 'good' : state === 'blocked' ? 'bad' : 'warn'}>{title}</Badge>;
}

export function Connections({ names: [name] }: ViewProps) {
  return name === undefined ? <ConnectionList /> : <Connection name={name} />;
}

function ConnectionList() {
  const vhosts = useVhosts();
  const vhost = useRoute().query.get('vhost');
  const { data, error } = useList<Answer>(vhost === null ? '/connections' : at`/vhosts/${vhost}/connections`, {
    columns: FIELDS,
    on: ['connection-opened', 'connection-closed'],
  });
  return (
    <>
      <h1>{texts.views.connections}</h1>
      <ClientTabs current="connections" />
      <Problem error={error} />
      <ListPanel
        hasPatterns
        name="connections"
        caption={texts.views.connections}
        columns={COLUMNS}
        page={data}
        keyOf={({ name }) => name}
        empty={words.none}
      >
        <VhostSelect vhosts={vhosts} />
      </ListPanel>
    </>
  );
}

function Connection({ name }: { readonly name: string }) {
  const path = at`/connections/${name}`;
  const { data: connection, error } = useAnswer<Answer>(path);
  const { data: channels } = useAnswer<readonly Channel[]>(`${path}/channels`, {
    on: ['channel-opened', 'channel-closed'],
  });
  return (
    <>
      <div class="title">
        <div>
          <p class="crumb">
            <a href={href(['connections'])}>{texts.views.connections}</a>
          </p>
          <h1>{connection?.user_provided_name ?? name}</h1>
          {connection !== undefined && <ConnectionState state={connection.state} />}
        </div>
        {connection !== undefined && (
          <Action
            isDanger
            label={words.close}
            title={words.closeTitle}
            what={words.closeWhat(name)}
            run={(values) => ask('DELETE', path, { headers: { 'x-reason': encodeReason(values.text('reason')) } })}
            onDone={() => go(['connections'])}
          >
            <Text name="reason" label={words.reason} value={words.reasonDefault} />
          </Action>
        )}
      </div>
      {error?.status === 404 ? <p class="empty">{words.gone}</p> : <Problem error={error} />}
      {connection !== undefined && (
        <div class="columns">
          <Panel title={words.facts}>
            <Facts
              of={[
                [words.user, connection.user],
                [texts.queues.vhost, connection.vhost],
                [words.from, `${connection.peer_host}:${connection.peer_port}`],
                [
                  words.since,
                  `${dateTime(connection.connected_at)} (${duration(Date.now() - connection.connected_at)})`,
                ],
                [words.fromClient, `${bytes(connection.recv_oct)}, ${bytes(connection.recv_oct_details?.rate ?? 0)}/s`],
                [words.toClient, `${bytes(connection.send_oct)}, ${bytes(connection.send_oct_details?.rate ?? 0)}/s`],
                [words.protocol, connection.protocol],
                [words.mechanism, connection.auth_mechanism],
                [words.tls, connection.ssl ? texts.common.yes : texts.common.no],
                [words.heartbeat, connection.timeout === 0 ? texts.common.none : `${connection.timeout} s`],
                [words.frame, bytes(connection.frame_max)],
                [words.channelMax, count(connection.channel_max)],
              ]}
            />
          </Panel>
          <Panel title={words.clientSays}>
            <Facts
              of={Object.entries(connection.client_properties).map(
                ([key, value]) =>
                  [key, typeof value === 'object' ? <code>{valueText(value)}</code> : valueText(value)] as const,
              )}
            />
          </Panel>
          <Panel title={texts.views.channels} wide>
            <Table
              name="connection-channels"
              caption={texts.views.channels}
              columns={CHANNEL_COLUMNS}
              rows={channels}
              keyOf={({ name: channel }) => channel}
              empty={words.noChannels}
            />
          </Panel>
        </div>
      )}
    </>
  );
}

/** A header has no characters beyond Latin-1, and no line ends. */
function encodeReason(reason: string): string {
  return reason.replace(/[^\x20-\x7e\xa0-\xff]/g, '?');
}
