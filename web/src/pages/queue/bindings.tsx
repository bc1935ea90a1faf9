/** What leads to a queue. */
import { ask, at } from '../../api/client.ts';
import { exchangeName } from '../../api/exchanges.ts';
import type { Binding, Queue } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { Area, Text } from '../../parts/field.tsx';
import { List } from '../../parts/list.tsx';
import { Name } from '../../parts/name.tsx';
import { Problem } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import type { Column } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { useLocalPage } from '../../state/list.ts';
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';
import { bindingColumns } from '../exchanges/binding-columns.tsx';

const words = texts.bindings;

export function QueueBindings({ queue: { vhost, name } }: { readonly queue: Queue }) {
  const { data, error, refresh } = useAnswer<readonly Binding[]>(at`/queues/${vhost}/${name}/bindings`, {
    on: ['bound', 'unbound'],
  });
  const page = useLocalPage(data, ({ source, routing_key: key }) => `${source} ${key}`);
  const columns: readonly Column<Binding>[] = [
    {
      id: 'source',
      title: words.from,
      sort: 'source',
      show: ({ source }) => <Name of={exchangeName(source)} to={href(['exchanges', vhost, exchangeName(source)])} />,
    },
    ...bindingColumns(refresh),
  ];
  return (
    <Panel
      title={words.toQueue}
      aside={
        <Action
          label={words.add}
          run={(values) =>
            ask('POST', at`/bindings/${vhost}/e/${values.text('source')}/q/${name}`, {
              body: { routing_key: values.text('routing_key'), arguments: values.json('arguments') },
            })
          }
          onDone={refresh}
        >
          <Text name="source" label={words.exchange} isRequired />
          <Text name="routing_key" label={words.key} />
          <Area name="arguments" label={texts.action.arguments} hint={texts.action.json} rows={2} />
        </Action>
      }
    >
      <Problem error={error} />
      <List
        name="queue-bindings"
        caption={words.toQueue}
        columns={columns}
        page={page}
        keyOf={({ source, properties_key: key }) => `${source} ${key}`}
        empty={words.none}
      />
    </Panel>
  );
}
