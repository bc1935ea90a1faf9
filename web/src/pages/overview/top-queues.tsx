/** What piles up: the queues that grow fastest, and those whose next message is the oldest. */
import { at as path } from '../../api/client.ts';
import type { Page, Queue } from '../../api/types.ts';
import { count, duration, perSecond } from '../../format.ts';
import { Name } from '../../parts/name.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { href } from '../../state/route.ts';
import { texts } from '../../texts.ts';

export type TopQueue = Queue & { readonly head_message_age?: number };

const words = texts.overview;

const name: Column<TopQueue> = {
  id: 'name',
  title: texts.views.queues,
  show: ({ name: queue, vhost }) => (
    <>
      <Name of={queue} to={href(['queues', vhost, queue])} />
      {vhost !== '/' && <small class="muted"> {vhost}</small>}
    </>
  ),
};
const length: Column<TopQueue> = {
  id: 'length',
  title: words.length,
  isNumber: true,
  show: ({ messages }) => count(messages),
};
const growth: Column<TopQueue> = {
  id: 'growth',
  title: words.growth,
  isNumber: true,
  show: ({ messages_details: details }) => `+${perSecond(details?.rate ?? 0)}/s`,
};
const age: Column<TopQueue> = {
  id: 'age',
  title: words.age,
  isNumber: true,
  show: ({ head_message_age: seconds = 0 }) => duration(seconds * 1000),
};

function top(field: string): string {
  return `/queues?page=1&page_size=20&sort=${field}&sort_reverse=true&columns=name,vhost,type,messages,messages_details,head_message_age,consumers`;
}

/** All queues are looked at for it. */
const EVERY_MS = 30_000;
const SHOWN = 6;

export const GROWING = top('messages_details.rate');

export function TopQueues({ growing }: { readonly growing: Page<TopQueue> | undefined }) {
  const { data: oldest } = useAnswer<Page<TopQueue>>(top('head_message_age'), { every: EVERY_MS });
  return (
    <>
      <Panel title={words.growing}>
        <Table
          name="growing"
          caption={words.growing}
          columns={[name, length, growth]}
          rows={chosen(growing, ({ messages_details: details }) => (details?.rate ?? 0) > 0)}
          keyOf={keyOf}
          empty={words.growingNone}
        />
      </Panel>
      <Panel title={words.oldest}>
        <Table
          name="oldest"
          caption={words.oldest}
          columns={[name, length, age]}
          rows={chosen(oldest, ({ head_message_age: seconds }) => seconds !== undefined)}
          keyOf={keyOf}
          empty={words.oldestNone}
        />
      </Panel>
    </>
  );
}

/** A stream grows and keeps old messages as it should. */
function chosen(page: Page<TopQueue> | undefined, isMeant: (queue: TopQueue) => boolean): TopQueue[] | undefined {
  return page?.items.filter((queue) => queue.type !== 'stream' && isMeant(queue)).slice(0, SHOWN);
}

function keyOf({ vhost, name: queue }: TopQueue): string {
  return path`${vhost}/${queue}`;
}
