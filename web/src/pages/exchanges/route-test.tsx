/** Where would this key go? The broker says which bindings match, and which queues would take the message. Nothing is published. */
import { withQuery } from '../../api/client.ts';
import { exchangeName } from '../../api/exchanges.ts';
import type { Binding } from '../../api/types.ts';
import { valueText } from '../../format.ts';
import { Area, Text } from '../../parts/field.tsx';
import { Name } from '../../parts/name.tsx';
import { Notice, Problem } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useQuestion } from '../../state/answer.ts';
import { texts } from '../../texts.ts';

const words = texts.routeTest;

interface Answer {
  readonly bindings: readonly Binding[];
  readonly queues: readonly string[];
  readonly delayed: boolean;
}

const COLUMNS: readonly Column<Binding>[] = [
  { id: 'from', title: texts.bindings.from, show: ({ source }) => <Name of={exchangeName(source)} /> },
  { id: 'key', title: texts.bindings.key, show: ({ routing_key: key }) => <Name of={key} /> },
  {
    id: 'arguments',
    title: texts.action.arguments,
    show: ({ arguments: args }) => (Object.keys(args).length === 0 ? '' : valueText(args)),
  },
  { id: 'to', title: texts.bindings.to, show: ({ destination }) => <Name of={destination} /> },
];

export function RouteTest({ path }: { readonly path: string }) {
  const { answer, error, put } = useQuestion<Answer>();
  const test = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const query = { routing_key: form.get('key') as string, headers: form.get('headers') as string };
    void put(withQuery(`${path}/route`, query));
  };
  return (
    <Panel title={words.title}>
      <form class="stack" onSubmit={test}>
        <Text name="key" label={texts.bindings.key} />
        <Area name="headers" label={words.headers} rows={1} />
        <button>{words.action}</button>
      </form>
      <Problem error={error} />
      {answer !== undefined && (
        <>
          <Notice
            tone={answer.queues.length > 0 ? 'good' : answer.delayed ? 'plain' : 'warn'}
            title={verdict(answer)}
          />
          {answer.bindings.length > 0 && (
            <Table
              name="route"
              caption={words.matching}
              columns={COLUMNS}
              rows={answer.bindings}
              keyOf={({ source, destination, properties_key: key }) => `${source} ${destination} ${key}`}
              empty=""
            />
          )}
        </>
      )}
    </Panel>
  );
}

function verdict({ queues, delayed }: Answer): string {
  if (delayed) return words.delayed;
  return queues.length === 0 ? words.nowhere : words.goes(queues.join(', '));
}
