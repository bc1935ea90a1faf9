/** What a queue goes by, and who said so: its arguments, a policy, an operator policy. The broker tells what counts. */
import { known } from '../../api/known.ts';
import { at } from '../../api/client.ts';
import type { Policy, Queue, Table as Arguments } from '../../api/types.ts';
import { valueText } from '../../format.ts';
import { Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const words = texts.queue;

interface Setting {
  readonly name: string;
  readonly counts: unknown;
  readonly argument: unknown;
  readonly policy: unknown;
  readonly operator: unknown;
}

export function Settings({ queue }: { readonly queue: Queue }) {
  const { vhost, policy, operator_policy: operator, arguments: args, effective_arguments: effective = args } = queue;
  const said = useDefinition('policies', vhost, policy);
  const bounded = useDefinition('operator-policies', vhost, operator);
  const names = new Set([
    ...Object.keys(effective),
    ...Object.keys(args),
    ...Object.keys(said).map(argumentOf),
    ...Object.keys(bounded).map(argumentOf),
  ]);
  const rows = [...names].sort().map((name): Setting => {
    const key = name.replace(/^x-/, '');
    return { name, counts: effective[name], argument: args[name], policy: said[key], operator: bounded[key] };
  });
  const columns: Column<Setting>[] = [
    { id: 'name', title: words.setting, show: ({ name }) => <code>{name}</code> },
    { id: 'counts', title: words.counts, show: ({ counts }) => <b>{valueText(counts)}</b> },
    { id: 'argument', title: words.argument, show: ({ argument }) => valueText(argument) },
    ...(known(policy)
      ? [{ id: 'policy', title: words.policyNamed(policy), show: (row: Setting) => valueText(row.policy) }]
      : []),
    ...(known(operator)
      ? [{ id: 'operator', title: words.operatorNamed(operator), show: (row: Setting) => valueText(row.operator) }]
      : []),
  ];
  return (
    <Panel
      title={words.settings}
      aside={
        known(policy) ? <a href={href(['admin'], { tab: 'policies', name: policy })}>{words.seePolicy}</a> : undefined
      }
    >
      <Table
        name={`settings.${policy ?? ''}.${operator ?? ''}`}
        caption={words.settings}
        columns={columns}
        rows={rows}
        keyOf={({ name }) => name}
        empty={words.noSettings}
      />
    </Panel>
  );
}

function useDefinition(kind: string, vhost: string, name: string | null | undefined): Arguments {
  const { data } = useAnswer<Policy>(known(name) ? `/${kind}${at`/${vhost}/${name}`}` : undefined, { every: 30_000 });
  return data?.definition ?? {};
}

/** A policy's key is the argument's name without x-. */
function argumentOf(key: string): string {
  return `x-${key}`;
}
