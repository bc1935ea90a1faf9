/** One exchange: what is bound to it, and where a message would go. */
import { ask, at } from '../api/client.ts';
import { exchangeName } from '../api/exchanges.ts';
import { figure, rate } from '../api/stats.ts';
import type { Binding, Exchange as Answer } from '../api/types.ts';
import { count, perSecond, valueText } from '../format.ts';
import { Action } from '../parts/action.tsx';
import { Breakdown } from '../parts/breakdown.tsx';
import { Area, Check, Row, Select, Text } from '../parts/field.tsx';
import { List } from '../parts/list.tsx';
import { Name } from '../parts/name.tsx';
import { Badge, Problem } from '../parts/notice.tsx';
import { Facts, Panel } from '../parts/panel.tsx';
import { Publish } from '../parts/publish.tsx';
import type { Column } from '../parts/table.tsx';
import { useAnswer } from '../state/answer.ts';
import { useLocalPage } from '../state/list.ts';
import { go, href } from '../state/route.ts';
import { texts } from '../texts.ts';
import { bindingColumns } from './exchanges/binding-columns.tsx';
import { ExchangeFeatures } from './exchanges.tsx';
import { Picture } from './exchanges/picture.tsx';
import { RouteTest } from './exchanges/route-test.tsx';

const words = texts.exchanges;
const PUBLISHED = [['publish', texts.stats.publish]] as const;
const BINDINGS = { every: 30_000, on: ['bound', 'unbound'] };

export function Exchange({ vhost, name }: { readonly vhost: string; readonly name: string }) {
  const path = at`/exchanges/${vhost}/${name}`;
  const { data: exchange, error, refresh } = useAnswer<Answer>(path);
  const { data: leaving, refresh: refreshLeaving } = useAnswer<readonly Binding[]>(`${path}/bindings/source`, BINDINGS);
  const { data: coming } = useAnswer<readonly Binding[]>(`${path}/bindings/destination`, BINDINGS);
  const own = exchangeName(exchange?.name ?? name);
  const isDefault = own === 'amq.default';
  return (
    <>
      <div class="title">
        <div>
          <p class="crumb">
            <a href={href(['exchanges'])}>{texts.views.exchanges}</a> · {vhost}
          </p>
          <h1>{own}</h1>
          {exchange !== undefined && (
            <span class="badges">
              <Badge tone="good">{exchange.type}</Badge>
              <ExchangeFeatures of={exchange} />
            </span>
          )}
        </div>
        <div class="actions">
          <Publish vhost={vhost} exchange={name} routingKey="" what={words.publishWhat(own)} onDone={refresh} />
          {!isDefault && (
            <Action
              isDanger
              label={texts.common.remove}
              title={words.removeTitle}
              what={words.removeWhat(own, count(leaving?.length ?? 0))}
              run={(values) => ask('DELETE', `${path}?if-unused=${values.is('if-unused')}`)}
              onDone={() => go(['exchanges'])}
            >
              <Check name="if-unused" label={words.ifUnused} isChecked={leaving?.length === 0} />
            </Action>
          )}
        </div>
      </div>
      <Problem error={error} />
      {leaving !== undefined && <Picture vhost={vhost} name={own} coming={coming ?? []} leaving={leaving} />}
      <div class="columns">
        <RouteTest path={path} />
        {exchange !== undefined && (
          <Panel title={words.facts}>
            <Facts
              of={[
                [
                  texts.queues.in,
                  `${perSecond(rate(exchange.message_stats, 'publish_in'))}/s, ${count(figure(exchange.message_stats, 'publish_in'))}`,
                ],
                [
                  texts.queues.out,
                  `${perSecond(rate(exchange.message_stats, 'publish_out'))}/s, ${count(figure(exchange.message_stats, 'publish_out'))}`,
                ],
                [
                  texts.views.delayed,
                  exchange.messages_delayed === undefined ? undefined : (
                    <a href={href(['delayed', vhost, name])}>{count(exchange.messages_delayed)}</a>
                  ),
                ],
                ...Object.entries(exchange.arguments).map(([key, value]) => [key, valueText(value)] as const),
              ]}
            />
          </Panel>
        )}
      </div>
      {exchange !== undefined && (
        <div class="columns">
          <Breakdown
            name="exchange-incoming"
            title={texts.breakdown.publishers}
            kind={texts.breakdown.channel}
            parts={exchange.incoming ?? []}
            stats={PUBLISHED}
          />
          <Breakdown
            name="exchange-outgoing"
            title={texts.breakdown.goesTo}
            kind={texts.breakdown.queue}
            parts={exchange.outgoing ?? []}
            stats={PUBLISHED}
          />
        </div>
      )}
      <Bindings vhost={vhost} name={name} bindings={leaving} canBind={!isDefault} onDone={refreshLeaving} />
    </>
  );
}

interface BindingsProps {
  readonly vhost: string;
  readonly name: string;
  readonly bindings: readonly Binding[] | undefined;
  readonly canBind: boolean;
  readonly onDone: () => void;
}

function Bindings({ vhost, name, bindings, canBind, onDone }: BindingsProps) {
  const page = useLocalPage(bindings, ({ destination, routing_key: key }) => `${destination} ${key}`);
  const columns: readonly Column<Binding>[] = [
    {
      id: 'destination',
      title: texts.bindings.to,
      sort: 'destination',
      show: ({ destination, destination_type: kind }) => (
        <>
          <Name of={destination} to={href([kind === 'queue' ? 'queues' : 'exchanges', vhost, destination])} />{' '}
          <small class="muted">{words.kinds[kind]}</small>
        </>
      ),
    },
    ...bindingColumns(onDone),
  ];
  const add = (
    <Action
      label={texts.bindings.add}
      run={(values) =>
        ask('POST', at`/bindings/${vhost}/e/${name}/${values.text('kind')}/${values.text('destination')}`, {
          body: { routing_key: values.text('routing_key'), arguments: values.json('arguments') },
        })
      }
      onDone={onDone}
    >
      <Row>
        <Select
          name="kind"
          label={texts.bindings.to}
          value="q"
          options={[
            ['q', words.kinds.queue],
            ['e', words.kinds.exchange],
          ]}
        />
        <Text name="destination" label={texts.queues.name} isRequired />
      </Row>
      <Text name="routing_key" label={texts.bindings.key} />
      <Area
        name="arguments"
        label={texts.action.arguments}
        hint={texts.action.json}
        rows={2}
        keys={[['x-match', 'all']]}
      />
    </Action>
  );
  return (
    <Panel title={words.leaving} aside={canBind ? add : undefined}>
      <List
        name="exchange-bindings"
        caption={words.leaving}
        columns={columns}
        page={page}
        keyOf={({ destination, destination_type: kind, properties_key: key }) => `${kind} ${destination} ${key}`}
        empty={words.nothingBound}
      />
    </Panel>
  );
}
