/** What users may configure, write and read, by the names of queues and exchanges; and a tester that says which rule decides. */
import { ask, at } from '../../api/client.ts';
import type { Permission } from '../../api/types.ts';
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
const KINDS = ['configure', 'write', 'read'] as const;

export function Permissions() {
  const users = useUserOptions();
  const vhosts = useVhosts();
  const { data, error, refresh } = useAnswer<readonly Permission[]>('/permissions', { every: 30_000 });
  const columns: readonly Column<Permission>[] = [
    { id: 'user', title: words.user, show: ({ user }) => <Name of={user} /> },
    { id: 'vhost', title: texts.queues.vhost, show: ({ vhost }) => <Name of={vhost} /> },
    ...KINDS.map((kind): Column<Permission> => ({
      id: kind,
      title: words.kinds[kind],
      show: ({ [kind]: pattern }) => <code>{pattern === '' ? words.nothing : pattern}</code>,
    })),
    {
      id: 'remove',
      title: '',
      show: ({ user, vhost }) => (
        <Action
          isPlain
          isDanger
          label={texts.common.remove}
          title={words.removePermission}
          what={words.removePermissionWhat(user, vhost)}
          run={() => ask('DELETE', at`/permissions/${vhost}/${user}`)}
          onDone={refresh}
        />
      ),
    },
  ];
  return (
    <>
      <Panel
        title={words.permissions}
        aside={
          <Action
            label={words.setPermission}
            run={(values) =>
              ask('PUT', at`/permissions/${values.text('vhost')}/${values.text('user')}`, {
                body: Object.fromEntries(KINDS.map((kind) => [kind, values.text(kind)])),
              })
            }
            onDone={refresh}
          >
            <Row>
              <Select name="user" label={words.user} options={users} />
              <Select name="vhost" label={texts.queues.vhost} options={optionsOf(vhosts)} />
            </Row>
            {KINDS.map((kind) => (
              <Text key={kind} name={kind} label={words.kinds[kind]} value=".*" />
            ))}
            <p class="hint">{words.patternHint}</p>
          </Action>
        }
      >
        <Problem error={error} />
        <Table
          name="permissions"
          caption={words.permissions}
          columns={columns}
          rows={data}
          keyOf={({ user, vhost }) => `${vhost} ${user}`}
          empty={texts.common.none}
        />
      </Panel>
      <AccessTest />
    </>
  );
}
