/** Who takes messages of a queue, and what each holds unacknowledged; of a stream, how far behind each is. */
import { known } from '../../api/known.ts';
import type { Consumer, Queue } from '../../api/types.ts';
import { count, percent } from '../../format.ts';
import { CONSUMER_COLUMNS, consumerKey } from '../../parts/consumers.tsx';
import { List } from '../../parts/list.tsx';
import { Panel } from '../../parts/panel.tsx';
import type { Column } from '../../parts/table.tsx';
import { useLocalPage } from '../../state/list.ts';
import { texts } from '../../texts.ts';
import { catchingUp, useLags } from './lags.ts';

const words = texts.consumers;

export function QueueConsumers({ queue }: { readonly queue: Queue }) {
  const { consumer_details: consumers = [], consumer_utilisation: share, type } = queue;
  const lags = useLags(consumers);
  const page = useLocalPage(consumers, ({ consumer_tag: tag, channel_details: { name } }) => `${tag} ${name}`);
  const ofStream: readonly Column<Consumer>[] = [
    {
      id: 'lag',
      title: words.lag,
      sort: 'lag',
      isNumber: true,
      show: ({ lag }) => (lag === undefined ? '' : count(lag)),
    },
    { id: 'drained', title: words.drained, isNumber: true, show: (consumer) => catchingUp(consumer, lags) },
  ];
  return (
    <Panel
      title={texts.views.consumers}
      aside={known(share) ? <span class="muted">{words.utilised(percent(share))}</span> : undefined}
    >
      <List
        name="queue-consumers"
        caption={texts.views.consumers}
        columns={[...CONSUMER_COLUMNS.filter(({ id }) => id !== 'queue'), ...(type === 'stream' ? ofStream : [])]}
        page={page}
        keyOf={consumerKey}
        empty={words.none}
      />
    </Panel>
  );
}
