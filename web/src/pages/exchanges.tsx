/** All exchanges, or one of them. */
import { known } from '../api/known.ts';
import { ask, at } from '../api/client.ts';
import { exchangeName } from '../api/exchanges.ts';
import { rate } from '../api/stats.ts';
import type { Exchange as ExchangeAnswer, Overview } from '../api/types.ts';
import { count, perSecond } from '../format.ts';
import { Action } from '../parts/action.tsx';
import { Area, Check, Row, Select, Text } from '../parts/field.tsx';
import { ListPanel } from '../parts/list.tsx';
import { VhostSelect } from '../parts/list-tools.tsx';
import { Name } from '../parts/name.tsx';
import { Badge, Problem } from '../parts/notice.tsx';
import { optionsOf } from '../parts/options.ts';
import type { Column } from '../parts/table.tsx';
import { useAnswer } from '../state/answer.ts';
import { useList } from '../state/list.ts';
import { href, useRoute } from '../state/route.ts';
import { useVhosts } from '../state/vhosts.ts';
import { texts } from '../texts.ts';
import type { ViewProps } from '../views.ts';
import { Exchange } from './exchange.tsx';

const words = texts.exchanges;

const FIELDS = [
  'name',
  'vhost',
  'type',
  'durable',
  'auto_delete',
  'internal',
  'policy',
  'message_stats',
  'messages_delayed',
];
const COLUMNS: readonly Column<ExchangeAnswer>[] = [
  {
    id: 'name',
    title: texts.queues.name,
    sort: 'name',
    show: ({ name, vhost }) => <Name of={exchangeName(name)} to={href(['exchanges', vhost, exchangeName(name)])} />,
  },
  { id: 'vhost', title: texts.queues.vhost, sort: 'vhost', show: ({ vhost }) => <Name of={vhost} /> },
  { id: 'type', title: texts.queues.type, sort: 'type', show: ({ type }) => type },
  { id: 'features', title: texts.queues.features, show: (exchange) => <ExchangeFeatures of={exchange} /> },
  {
    id: 'in',
    title: texts.queues.in,
    sort: 'message_stats.publish_in_details.rate',
    isNumber: true,
    show: ({ message_stats: stats }) => `${perSecond(rate(stats, 'publish_in'))}/s`,
  },
  {
    id: 'out',
    title: texts.queues.out,
    sort: 'message_stats.publish_out_details.rate',
    isNumber: true,
    show: ({ message_stats: stats }) => `${perSecond(rate(stats, 'publish_out'))}/s`,
  },
  {
    id: 'delayed',
    title: texts.views.delayed,
    sort: 'messages_delayed',
    isNumber: true,
    isExtra: true,
    show: ({ messages_delayed: delayed }) => (delayed === undefined ? '' : count(delayed)),
  },
];

export function ExchangeFeatures({
  of: { durable, auto_delete: autoDelete, internal, policy },
}: {
  readonly of: ExchangeAnswer;
}) {
  return (
    <span class="badges">
      {durable && <Badge>{texts.queues.durable}</Badge>}
      {autoDelete && <Badge>{texts.queues.autoDelete}</Badge>}
      {internal && <Badge>{words.internal}</Badge>}
      {known(policy) && <Badge>{policy}</Badge>}
    </span>
  );
}

export function Exchanges({ names: [vhost, name] }: ViewProps) {
  return vhost === undefined || name === undefined ? <ExchangeList /> : <Exchange vhost={vhost} name={name} />;
}

function ExchangeList() {
  const vhosts = useVhosts();
  const vhost = useRoute().query.get('vhost');
  const { data, error, refresh } = useList<ExchangeAnswer>(vhost === null ? '/exchanges' : at`/exchanges/${vhost}`, {
    columns: FIELDS,
    on: ['exchange-declared', 'exchange-deleted'],
  });
  return (
    <>
      <div class="title">
        <h1>{texts.views.exchanges}</h1>
        <AddExchange vhosts={vhosts} vhost={vhost ?? vhosts[0] ?? '/'} onDone={refresh} />
      </div>
      <Problem error={error} />
      <ListPanel
        hasPatterns
        name="exchanges"
        caption={texts.views.exchanges}
        columns={COLUMNS}
        page={data}
        keyOf={(exchange) => at`${exchange.vhost}/${exchange.name}`}
        empty={words.noneFound}
      >
        <VhostSelect vhosts={vhosts} />
      </ListPanel>
    </>
  );
}

const ARGUMENTS = [
  ['alternate-exchange', ''],
  ['x-delayed-type', 'direct'],
  ['hash-header', ''],
  ['x-recent-history-length', 20],
] as const;

function AddExchange({
  vhosts,
  vhost,
  onDone,
}: {
  readonly vhosts: readonly string[];
  readonly vhost: string;
  readonly onDone: () => void;
}) {
  const { data } = useAnswer<Pick<Overview, 'exchange_types'>>('/overview?columns=exchange_types', { every: 0 });
  return (
    <Action
      label={words.add}
      isPrimary
      run={(values) =>
        ask('PUT', at`/exchanges/${values.text('vhost')}/${values.text('name')}`, {
          body: {
            type: values.text('type'),
            durable: values.is('durable'),
            auto_delete: values.is('auto_delete'),
            internal: values.is('internal'),
            arguments: values.json('arguments'),
          },
        })
      }
      onDone={onDone}
    >
      <Text name="name" label={texts.queues.name} isRequired />
      <Row>
        <Select name="vhost" label={texts.queues.vhost} value={vhost} options={optionsOf(vhosts)} />
        <Select
          name="type"
          label={texts.queues.type}
          value="direct"
          options={optionsOf((data?.exchange_types ?? []).map(({ name }) => name))}
        />
      </Row>
      <Check name="durable" label={texts.queues.durableLong} isChecked />
      <Check name="auto_delete" label={words.autoDeleteLong} />
      <Check name="internal" label={words.internalLong} />
      <Area name="arguments" label={texts.action.arguments} hint={texts.action.json} keys={ARGUMENTS} rows={3} />
    </Action>
  );
}
