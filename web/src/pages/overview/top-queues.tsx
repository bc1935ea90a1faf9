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

const words = texts.overview;

const name: Column<Queue> = {
  id: 'name',
  title: texts.views.queues,
  show: ({ name: queue, vhost }) => (
    <>
      <Name of={queue} to={href(['queues', vhost, queue])} />
      {vhost !== '/' && <small class="muted"> {vhost}</small>}
    </>
  ),
};
const length: Column<Queue> = {
  id: 'length',
  title: words.length,
  isNumber: true,
  show: ({ messages }) => count(messages),
};
const growth: Column<Queue> = {
  id: 'growth',
  title: words.growth,
  isNumber: true,
  show: ({ messages_details: details }) => `+${perSecond(details?.rate ?? 0)}/s`,
};
const age: Column<Queue> = {
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

export function TopQueues({ growing }: { readonly growing: Page<Queue> | undefined }) {
  const { data: oldest } = useAnswer<Page<Queue>>(top('head_message_age'), { every: EVERY_MS });
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
function chosen(page: Page<Queue> | undefined, isMeant: (queue: Queue) => boolean): Queue[] | undefined {
  return page?.items.filter((queue) => queue.type !== 'stream' && isMeant(queue)).slice(0, SHOWN);
}

function keyOf({ vhost, name: queue }: Queue): string {
  return path`${vhost}/${queue}`;
}
