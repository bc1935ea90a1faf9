/** All queues and streams, or one of them. */
import { at } from '../api/client.ts';
import type { Queue as QueueAnswer } from '../api/types.ts';
import { ListPanel } from '../parts/list.tsx';
import { QuerySelect, VhostSelect } from '../parts/list-tools.tsx';
import { Problem } from '../parts/notice.tsx';
import { useList } from '../state/list.ts';
import { useRoute } from '../state/route.ts';
import { useVhosts } from '../state/vhosts.ts';
import { texts } from '../texts.ts';
import type { ViewProps } from '../views.ts';
import { QUEUE_COLUMNS, QUEUE_FIELDS } from './queues/columns.tsx';
import { AddQueue } from './queues/add-queue.tsx';
import { Queue } from './queue.tsx';

const words = texts.queues;

export function Queues({ names: [vhost, name] }: ViewProps) {
  return vhost === undefined || name === undefined ? <QueueList /> : <Queue vhost={vhost} name={name} />;
}

function QueueList() {
  const { query } = useRoute();
  const vhosts = useVhosts();
  const vhost = query.get('vhost');
  const { data, error, refresh } = useList<QueueAnswer>(vhost === null ? '/queues' : at`/queues/${vhost}`, {
    columns: QUEUE_FIELDS,
    query: { type: query.get('type') ?? undefined, state: query.get('state') ?? undefined },
    on: ['queue-declared', 'queue-deleted'],
  });
  return (
    <>
      <div class="title">
        <h1>{words.title}</h1>
        <AddQueue vhosts={vhosts} vhost={vhost ?? undefined} onDone={refresh} />
      </div>
      <Problem error={error} />
      <ListPanel
        hasPatterns
        name="queues"
        caption={words.title}
        columns={QUEUE_COLUMNS}
        page={data}
        keyOf={(queue) => at`${queue.vhost}/${queue.name}`}
        empty={data?.total_count === 0 ? words.none : words.noneFound}
      >
        <VhostSelect vhosts={vhosts} />
        <QuerySelect name="type" label={words.allTypes} options={Object.entries(words.types)} />
        <QuerySelect name="state" label={words.allStates} options={Object.entries(words.states)} />
      </ListPanel>
    </>
  );
}
