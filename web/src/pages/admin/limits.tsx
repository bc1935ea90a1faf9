/** How many connections, channels and queues a virtual host or a user may have. */
import { ask, at } from '../../api/client.ts';
import { count } from '../../format.ts';
import { Action } from '../../parts/action.tsx';
import { Select, Text } from '../../parts/field.tsx';
import { Name } from '../../parts/name.tsx';
import { Problem } from '../../parts/notice.tsx';
import { type Option, optionsOf } from '../../parts/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { useVhosts } from '../../state/vhosts.ts';
import { texts } from '../../texts.ts';
import { useUserOptions } from './names.ts';

const words = texts.limits;

interface Row {
  readonly of: string;
  readonly limit: string;
  readonly value: number;
}

type Answer = readonly {
  readonly vhost?: string;
  readonly user?: string;
  readonly value: Readonly<Record<string, number>>;
}[];

const KINDS = {
  vhost: { path: '/vhost-limits', limits: ['max-connections', 'max-queues'] },
  user: { path: '/user-limits', limits: ['max-connections', 'max-channels'] },
} as const;

export function Limits() {
  return (
    <div class="columns">
      <LimitList kind="vhost" names={optionsOf(useVhosts())} />
      <LimitList kind="user" names={useUserOptions()} />
    </div>
  );
}

function LimitList({ kind, names }: { readonly kind: keyof typeof KINDS; readonly names: readonly Option[] }) {
  const { path, limits } = KINDS[kind];
  const { data, error, refresh } = useAnswer<Answer>(path, { every: 30_000 });
  const rows = data?.flatMap(({ value, ...of }) =>
    Object.entries(value).map(([limit, most]): Row => ({ of: of[kind] ?? '', limit, value: most })),
  );
  const columns: readonly Column<Row>[] = [
    { id: 'of', title: words.of[kind], show: ({ of }) => <Name of={of} /> },
    { id: 'limit', title: words.limit, show: ({ limit }) => <code>{limit}</code> },
    {
      id: 'value',
      title: words.most,
      isNumber: true,
      show: ({ value }) => (value < 0 ? texts.consumers.unlimited : count(value)),
    },
    {
      id: 'remove',
      title: '',
      show: ({ of, limit }) => (
        <Action
          isPlain
          isDanger
          label={texts.common.remove}
          title={words.removeTitle}
          what={words.removeWhat(of, limit)}
          run={() => ask('DELETE', `${path}${at`/${of}/${limit}`}`)}
          onDone={refresh}
        />
      ),
    },
  ];
  return (
    <Panel
      title={words.titles[kind]}
      aside={
        <Action
          label={words.set}
          title={words.titles[kind]}
          run={(values) =>
            ask('PUT', `${path}${at`/${values.text('of')}/${values.text('limit')}`}`, {
              body: { value: values.number('value') },
            })
          }
          onDone={refresh}
        >
          <Select name="of" label={words.of[kind]} options={names} />
          <Select name="limit" label={words.limit} options={optionsOf(limits)} />
          <Text name="value" label={words.most} type="number" isRequired />
        </Action>
      }
    >
      <Problem error={error} />
      <Table
        name={`${kind}-limits`}
        caption={words.titles[kind]}
        columns={columns}
        rows={rows}
        keyOf={({ of, limit }) => `${of} ${limit}`}
        empty={words.none}
      />
    </Panel>
  );
}
