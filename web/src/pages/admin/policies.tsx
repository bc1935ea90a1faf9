/** Policies and operator policies, and what one would be for before it is set. */
import { ask, at, withQuery } from '../../api/client.ts';
import type { Policy } from '../../api/types.ts';
import { count } from '../../format.ts';
import { Action, Values } from '../../parts/action.tsx';
import { Area, Row, Select, Text } from '../../parts/field.tsx';
import { List } from '../../parts/list.tsx';
import { Name } from '../../parts/name.tsx';
import { Notice, Problem } from '../../parts/notice.tsx';
import { optionsOf } from '../../parts/options.ts';
import { Panel } from '../../parts/panel.tsx';
import type { Column } from '../../parts/table.tsx';
import { useAnswer, useQuestion } from '../../state/answer.ts';
import { useLocalPage } from '../../state/list.ts';
import { useMay } from '../../state/session.ts';
import { useVhosts } from '../../state/vhosts.ts';
import { texts } from '../../texts.ts';

const words = texts.policies;

type Kind = 'policies' | 'operator-policies';

export function Policies() {
  const may = useMay();
  return (
    <>
      <PolicyList kind="policies" canChange={may('policymaker')} />
      <PolicyList kind="operator-policies" canChange={may('administrator')} />
    </>
  );
}

function PolicyList({ kind, canChange }: { readonly kind: Kind; readonly canChange: boolean }) {
  const { data, error, refresh } = useAnswer<readonly Policy[]>(`/${kind}`, { every: 30_000 });
  const page = useLocalPage(data, ({ name, pattern }) => `${name} ${pattern}`);
  const columns: readonly Column<Policy>[] = [
    { id: 'name', title: texts.queues.name, sort: 'name', show: ({ name }) => <Name of={name} /> },
    { id: 'vhost', title: texts.queues.vhost, sort: 'vhost', show: ({ vhost }) => <Name of={vhost} /> },
    { id: 'pattern', title: words.pattern, sort: 'pattern', show: ({ pattern }) => <code>{pattern}</code> },
    {
      id: 'apply',
      title: words.applyTo,
      sort: 'apply-to',
      show: ({ 'apply-to': applyTo }) => words.targets[applyTo as keyof typeof words.targets] ?? applyTo,
    },
    { id: 'definition', title: words.definition, show: ({ definition }) => <code>{JSON.stringify(definition)}</code> },
    { id: 'priority', title: words.priority, sort: 'priority', isNumber: true, show: ({ priority }) => priority },
    {
      id: 'actions',
      title: '',
      show: (policy) =>
        canChange && (
          <span class="actions">
            <SetPolicy kind={kind} policy={policy} onDone={refresh} />
            <Action
              isPlain
              isDanger
              label={texts.common.remove}
              title={words.removeTitle}
              what={words.removeWhat(policy.name)}
              run={() => ask('DELETE', `/${kind}${at`/${policy.vhost}/${policy.name}`}`)}
              onDone={refresh}
            />
          </span>
        ),
    },
  ];
  return (
    <Panel title={words.titles[kind]} aside={canChange ? <SetPolicy kind={kind} onDone={refresh} /> : undefined}>
      <Problem error={error} />
      <List
        name={kind}
        caption={words.titles[kind]}
        columns={columns}
        page={page}
        keyOf={({ vhost, name }) => `${vhost} ${name}`}
        empty={words.none}
      />
    </Panel>
  );
}

const KEYS = [
  ['message-ttl', 60_000],
  ['expires', 3_600_000],
  ['max-length', 100_000],
  ['max-length-bytes', 1_000_000_000],
  ['overflow', 'reject-publish'],
  ['dead-letter-exchange', ''],
  ['dead-letter-routing-key', ''],
  ['delivery-limit', 20],
  ['consumer-timeout', 1_800_000],
  ['max-age', '7D'],
  ['alternate-exchange', ''],
] as const;
const OPERATOR_KEYS: readonly string[] = [
  'message-ttl',
  'expires',
  'max-length',
  'max-length-bytes',
  'delivery-limit',
  'overflow',
];

function SetPolicy({
  kind,
  policy,
  onDone,
}: {
  readonly kind: Kind;
  readonly policy?: Policy;
  readonly onDone: () => void;
}) {
  const vhosts = useVhosts();
  const keys = kind === 'policies' ? KEYS : KEYS.filter(([key]) => OPERATOR_KEYS.includes(key));
  return (
    <Action
      isPlain={policy !== undefined}
      label={policy === undefined ? words.set[kind] : texts.admin.change}
      run={(values) =>
        ask('PUT', `/${kind}${at`/${values.text('vhost')}/${values.text('name')}`}`, { body: bodyOf(values) })
      }
      onDone={onDone}
    >
      <Row>
        <Text name="name" label={texts.queues.name} value={policy?.name} isRequired />
        <Select
          name="vhost"
          label={texts.queues.vhost}
          value={policy?.vhost ?? vhosts[0] ?? '/'}
          options={optionsOf(vhosts)}
        />
      </Row>
      <Row>
        <Text name="pattern" label={words.pattern} value={policy?.pattern ?? '.*'} isRequired />
        <Select
          name="apply-to"
          label={words.applyTo}
          value={policy?.['apply-to'] ?? 'all'}
          options={Object.entries(words.targets)}
        />
        <Text name="priority" label={words.priority} type="number" value={policy?.priority ?? 0} />
      </Row>
      <Area
        name="definition"
        label={words.definition}
        hint={texts.action.json}
        value={policy === undefined ? '' : JSON.stringify(policy.definition, undefined, 2)}
        keys={keys}
      />
      <Preview kind={kind} />
    </Action>
  );
}

function bodyOf(values: Values): object {
  return {
    pattern: values.text('pattern'),
    'apply-to': values.text('apply-to'),
    priority: values.number('priority') ?? 0,
    definition: values.json('definition'),
  };
}

interface PreviewAnswer {
  readonly matched: number;
  readonly applied: number;
  readonly items: readonly {
    readonly kind: 'queue' | 'exchange';
    readonly name: string;
    readonly policy: string;
    readonly applies: boolean;
  }[];
}

/** What the form around it would be for. */
function Preview({ kind }: { readonly kind: Kind }) {
  const { answer, error, put } = useQuestion<PreviewAnswer>();
  const preview = (form: HTMLFormElement): void => {
    const values = new Values(new FormData(form));
    const query = Object.fromEntries(
      ['name', 'pattern', 'apply-to', 'priority', 'definition'].map((name) => [name, values.text(name)]),
    );
    void put(
      withQuery(at`/policy-preview/${values.text('vhost')}`, {
        ...query,
        kind: kind === 'policies' ? 'policy' : 'operator_policy',
      }),
    );
  };
  return (
    <>
      <div>
        <button type="button" onClick={(event) => preview(event.currentTarget.form!)}>
          {words.preview}
        </button>
      </div>
      <Problem error={error} />
      {answer !== undefined && (
        <Notice
          tone={answer.applied > 0 ? 'good' : 'warn'}
          title={words.matches(count(answer.matched), count(answer.applied))}
        >
          <ul class="preview-list">
            {answer.items.map(({ kind: what, name, policy, applies }) => (
              <li key={`${what} ${name}`}>
                <Name of={name} />{' '}
                <small class="muted">{applies ? texts.exchanges.kinds[what] : words.overruled(policy)}</small>
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}
