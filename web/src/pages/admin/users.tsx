/** Users and their tags. */
import { ask, at } from '../../api/client.ts';
import type { User } from '../../api/types.ts';
import { Action, type Values } from '../../parts/action.tsx';
import { Text } from '../../parts/field.tsx';
import { Name } from '../../parts/name.tsx';
import { Badge, Problem } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { texts } from '../../texts.ts';

const words = texts.admin;

export function Users() {
  const { data, error, refresh } = useAnswer<readonly User[]>('/users', { every: 30_000 });
  const columns: readonly Column<User>[] = [
    { id: 'name', title: texts.queues.name, show: ({ name }) => <Name of={name} /> },
    {
      id: 'tags',
      title: words.tags,
      show: ({ tags }) => (
        <span class="badges">
          {tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
      ),
    },
    {
      id: 'password',
      title: texts.signIn.password,
      show: ({ password_hash: hash }) => (hash === '' ? words.noPassword : words.hasPassword),
    },
    {
      id: 'actions',
      title: '',
      show: (user) => (
        <span class="actions">
          <Action
            isPlain
            label={words.change}
            title={words.changeUser(user.name)}
            run={(values) => put(user.name, values, user)}
            onDone={refresh}
          >
            <Text name="tags" label={words.tags} value={user.tags.join(', ')} hint={words.tagsHint} />
            <Text name="password" label={words.newPassword} type="password" hint={words.keepPassword} />
          </Action>
          <Action
            isPlain
            isDanger
            label={texts.common.remove}
            title={words.removeUser}
            what={words.removeUserWhat(user.name)}
            run={() => ask('DELETE', at`/users/${user.name}`)}
            onDone={refresh}
          />
        </span>
      ),
    },
  ];
  return (
    <Panel
      title={words.users}
      aside={
        <Action label={words.addUser} run={(values) => put(values.text('name'), values, undefined)} onDone={refresh}>
          <Text name="name" label={texts.queues.name} isRequired />
          <Text name="password" label={texts.signIn.password} type="password" />
          <Text name="tags" label={words.tags} hint={words.tagsHint} />
        </Action>
      }
    >
      <Problem error={error} />
      <Table
        name="users"
        caption={words.users}
        columns={columns}
        rows={data}
        keyOf={({ name }) => name}
        empty={texts.common.none}
      />
    </Panel>
  );
}

/** Without a new password the old one stays. */
function put(name: string, values: Values, before: User | undefined): Promise<unknown> {
  const password = values.text('password');
  const secret = password !== '' ? { password } : { password_hash: before?.password_hash ?? '' };
  return ask('PUT', at`/users/${name}`, { body: { tags: values.text('tags').replace(/\s/g, ''), ...secret } });
}
