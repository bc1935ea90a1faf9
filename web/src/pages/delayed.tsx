/** Messages that wait at delayed exchanges: what goes when. One can be cancelled. */
import { useState } from 'preact/hooks';
import { at, withQuery } from '../api/client.ts';
import type { Exchange, MessagePage } from '../api/types.ts';
import { count } from '../format.ts';
import { Cancel } from '../parts/message/cancel.tsx';
import { MessageList } from '../parts/message/list.tsx';
import { Name } from '../parts/name.tsx';
import { Problem } from '../parts/notice.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useAnswer } from '../state/answer.ts';
import { href } from '../state/route.ts';
import { texts } from '../texts.ts';
import type { ViewProps } from '../views.ts';

const words = texts.delayed;

const COLUMNS: readonly Column<Exchange>[] = [
  {
    id: 'name',
    title: texts.views.exchanges,
    show: ({ vhost, name }) => <Name of={name} to={href(['delayed', vhost, name])} />,
  },
  { id: 'vhost', title: texts.queues.vhost, show: ({ vhost }) => <Name of={vhost} /> },
  { id: 'waiting', title: words.waiting, isNumber: true, show: ({ messages_delayed: delayed = 0 }) => count(delayed) },
];

export function Delayed({ names: [vhost, name] }: ViewProps) {
  return vhost === undefined || name === undefined ? <DelayedExchanges /> : <Waiting vhost={vhost} name={name} />;
}

function DelayedExchanges() {
  const { data, error } = useAnswer<readonly Exchange[]>('/exchanges?columns=name,vhost,messages_delayed', {
    on: ['exchange-declared', 'exchange-deleted'],
  });
  return (
    <>
      <h1>{words.title}</h1>
      <Problem error={error} />
      <Panel title={words.exchanges}>
        <Table
          name="delayed"
          caption={words.exchanges}
          columns={COLUMNS}
          rows={data?.filter(({ messages_delayed: delayed }) => delayed !== undefined)}
          keyOf={(exchange) => at`${exchange.vhost}/${exchange.name}`}
          empty={words.noExchange}
        />
      </Panel>
    </>
  );
}

function Waiting({ vhost, name }: { readonly vhost: string; readonly name: string }) {
  const [from, setFrom] = useState<number>();
  const path = at`/exchanges/${vhost}/${name}/messages`;
  const { data, error, refresh } = useAnswer<MessagePage>(withQuery(path, { from, count: 50, truncate: 400 }), {
    every: 5000,
  });
  return (
    <>
      <p class="crumb">
        <a href={href(['delayed'])}>{words.title}</a> · {vhost}
      </p>
      <h1>{name}</h1>
      <Problem error={error} />
      {data !== undefined && (
        <Panel title={words.waiting}>
          {data.items.length === 0 ? (
            <p class="empty">{words.none}</p>
          ) : (
            <MessageList
              path={path}
              messages={data.items}
              aside={(message) => <Cancel message={message} path={path} onDone={refresh} />}
            />
          )}
          <div class="pager">
            <button type="button" disabled={from === undefined} onClick={() => setFrom(undefined)}>
              {words.first}
            </button>
            <button type="button" disabled={data.next === null} onClick={() => setFrom(data.next ?? undefined)}>
              {texts.table.next}
            </button>
          </div>
        </Panel>
      )}
    </>
  );
}
