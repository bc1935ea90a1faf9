/** Which routing keys users may write to, and read from, topic exchanges. */
import { ask, at } from '../../api/client.ts';
import type { TopicPermission } from '../../api/types.ts';
import { Action } from '../../parts/action.tsx';
import { Row, Select, Text } from '../../parts/field.tsx';
import { Name } from '../../parts/name.tsx';
import { Problem } from '../../parts/notice.tsx';
import { optionsOf } from '../../parts/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { useVhosts } from '../../state/vhosts.ts';
import { texts } from '../../texts.ts';
import { AccessTest } from './access-test.tsx';
import { useUserOptions } from './names.ts';

const words = texts.admin;

export function TopicPermissions() {
  const users = useUserOptions();
  const vhosts = useVhosts();
  const { data, error, refresh } = useAnswer<readonly TopicPermission[]>('/topic-permissions', { every: 30_000 });
  const columns: readonly Column<TopicPermission>[] = [
    { id: 'user', title: words.user, show: ({ user }) => <Name of={user} /> },
    { id: 'vhost', title: texts.queues.vhost, show: ({ vhost }) => <Name of={vhost} /> },
    { id: 'exchange', title: texts.bindings.exchange, show: ({ exchange }) => <Name of={exchange} /> },
    { id: 'write', title: words.kinds.write, show: ({ write }) => <code>{write}</code> },
    { id: 'read', title: words.kinds.read, show: ({ read }) => <code>{read}</code> },
    {
      id: 'remove',
      title: '',
      show: ({ user, vhost, exchange }) => (
        <Action
          isPlain
          isDanger
          label={texts.common.remove}
          title={words.removeTopic}
          what={words.removeTopicWhat(user, exchange)}
          run={() => ask('DELETE', at`/topic-permissions/${vhost}/${user}/${exchange}`)}
          onDone={refresh}
        />
      ),
    },
  ];
  return (
    <>
      <Panel
        title={words.topicPermissions}
        aside={
          <Action
            label={words.setTopic}
            run={(values) =>
              ask('PUT', at`/topic-permissions/${values.text('vhost')}/${values.text('user')}`, {
                body: { exchange: values.text('exchange'), write: values.text('write'), read: values.text('read') },
              })
            }
            onDone={refresh}
          >
            <Row>
              <Select name="user" label={words.user} options={users} />
              <Select name="vhost" label={texts.queues.vhost} options={optionsOf(vhosts)} />
            </Row>
            <Text name="exchange" label={texts.bindings.exchange} value="amq.topic" isRequired />
            <Text name="write" label={words.kinds.write} value=".*" />
            <Text name="read" label={words.kinds.read} value=".*" />
            <p class="hint">{words.topicHint}</p>
          </Action>
        }
      >
        <Problem error={error} />
        <Table
          name="topic-permissions"
          caption={words.topicPermissions}
          columns={columns}
          rows={data}
          keyOf={({ user, vhost, exchange }) => `${vhost} ${user} ${exchange}`}
          empty={words.noTopics}
        />
      </Panel>
      <AccessTest />
    </>
  );
}
