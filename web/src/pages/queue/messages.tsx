/** The messages of a queue, looked at and not taken: nothing changes by it, no message is marked as redelivered. */
import { useState } from 'preact/hooks';
import { at, withQuery } from '../../api/client.ts';
import type { MessagePage, Queue } from '../../api/types.ts';
import { count } from '../../format.ts';
import { Text } from '../../parts/field.tsx';
import { Cancel } from '../../parts/message/cancel.tsx';
import { MessageList } from '../../parts/message/list.tsx';
import { Problem } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useAnswer } from '../../state/answer.ts';
import { setQuery, useRoute } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const words = texts.messages;
const PAGE = 50;
const PREVIEW_BYTES = 400;
const FILTERS = ['from', 'state', 'routing_key', 'header', 'text'] as const;

export function Messages({ queue: { vhost, name, type } }: { readonly queue: Queue }) {
  const { query } = useRoute();
  /** Where the pages before this one began. */
  const [before, setBefore] = useState<readonly (string | undefined)[]>([]);
  const asked = Object.fromEntries(FILTERS.map((filter) => [filter, query.get(filter) ?? undefined]));
  const path = at`/queues/${vhost}/${name}/messages`;
  const { data, error, refresh } = useAnswer<MessagePage>(
    withQuery(path, { ...asked, count: PAGE, truncate: PREVIEW_BYTES }),
    { every: 0 },
  );
  const find = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBefore([]);
    setQuery(Object.fromEntries(FILTERS.map((filter) => [filter, (form.get(filter) as string | null) ?? undefined])));
    refresh();
  };
  const turn = (from: string | undefined, pages: readonly (string | undefined)[]): void => {
    setBefore(pages);
    setQuery({ from });
  };
  return (
    <Panel title={words.title} aside={<span class="muted">{words.notTaken}</span>}>
      <form class="message-filter" onSubmit={find} key={FILTERS.map((filter) => asked[filter]).join('\n')}>
        <Text name="from" label={type === 'stream' ? words.fromStream : words.from} value={asked.from} />
        {type !== 'stream' && (
          <label>
            {texts.queues.state}
            <select name="state">
              <option value="">{texts.common.all}</option>
              {Object.entries(words.states).map(([state, title]) => (
                <option key={state} value={state} selected={state === asked.state}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        )}
        <Text name="routing_key" label={texts.bindings.key} value={asked.routing_key} />
        <Text name="header" label={words.headerFilter} value={asked.header} />
        <Text name="text" label={words.text} value={asked.text} />
        <button class="primary">{words.find}</button>
      </form>
      <Problem error={error} />
      {data !== undefined && (
        <>
          {data.items.length === 0 ? (
            <p class="empty">{data.next === null ? words.none : words.noneSoFar(count(data.examined))}</p>
          ) : (
            <MessageList
              path={path}
              messages={data.items}
              aside={(message) =>
                message.state === 'delayed' && <Cancel message={message} path={path} onDone={refresh} />
              }
            />
          )}
          <div class="pager">
            <span class="muted">{words.examined(count(data.examined))}</span>
            <button
              type="button"
              disabled={before.length === 0}
              onClick={() => turn(before.at(-1), before.slice(0, -1))}
            >
              {texts.table.previous}
            </button>
            <button
              type="button"
              disabled={data.next === null}
              onClick={() => turn(String(data.next), [...before, asked.from])}
            >
              {texts.table.next}
            </button>
          </div>
        </>
      )}
    </Panel>
  );
}
