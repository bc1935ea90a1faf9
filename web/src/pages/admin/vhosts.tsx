/** Virtual hosts. */
import { ask, at } from '../../api/client.ts';
import type { Vhost } from '../../api/types.ts';
import { count } from '../../format.ts';
import { Action } from '../../parts/action.tsx';
import { Select, Text } from '../../parts/field.tsx';
import { Name } from '../../parts/name.tsx';
import { Problem } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { href } from '../../state/route.ts';
import { useMay } from '../../state/session.ts';
import { texts } from '../../texts.ts';

const words = texts.admin;

export function Vhosts() {
  const may = useMay();
  const { data, error, refresh } = useAnswer<readonly Vhost[]>('/vhosts', { on: ['vhost-created', 'vhost-deleted'] });
  const columns: readonly Column<Vhost>[] = [
    {
      id: 'name',
      title: texts.queues.name,
      show: ({ name }) => <Name of={name} to={href(['queues'], { vhost: name })} />,
    },
    { id: 'description', title: words.description, show: ({ description = '' }) => description },
    { id: 'tags', title: words.tags, show: ({ tags = [] }) => tags.join(', ') },
    {
      id: 'type',
      title: words.defaultType,
      show: ({ default_queue_type: type }) => (type === 'undefined' ? '' : type),
    },
    { id: 'ready', title: texts.stats.ready, isNumber: true, show: ({ messages_ready: ready }) => count(ready) },
    {
      id: 'unacked',
      title: texts.stats.unacked,
      isNumber: true,
      show: ({ messages_unacknowledged: unacked }) => count(unacked),
    },
    {
      id: 'remove',
      title: '',
      show: ({ name, messages }) =>
        may('administrator') && (
          <Action
            isPlain
            isDanger
            label={texts.common.remove}
            title={words.removeVhost}
            what={words.removeVhostWhat(name, count(messages))}
            run={() => ask('DELETE', at`/vhosts/${name}`)}
            onDone={refresh}
          />
        ),
    },
  ];
  const add = (
    <Action
      label={words.addVhost}
      run={(values) =>
        ask('PUT', at`/vhosts/${values.text('name')}`, {
          body: {
            description: values.text('description'),
            tags: values.text('tags'),
            ...(values.text('type') !== '' && { default_queue_type: values.text('type') }),
          },
        })
      }
      onDone={refresh}
    >
      <Text name="name" label={texts.queues.name} isRequired />
      <Text name="description" label={words.description} />
      <Text name="tags" label={words.tags} hint={words.commas} />
      <Select
        name="type"
        label={words.defaultType}
        value=""
        options={[['', words.noDefault], ...Object.entries(texts.queues.types)]}
      />
    </Action>
  );
  return (
    <Panel title={words.vhosts} aside={may('administrator') ? add : undefined}>
      <Problem error={error} />
      <Table
        name="vhosts"
        caption={words.vhosts}
        columns={columns}
        rows={data}
        keyOf={({ name }) => name}
        empty={texts.common.none}
      />
    </Panel>
  );
}
