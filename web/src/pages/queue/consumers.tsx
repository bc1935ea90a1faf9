/** Who takes messages of a queue, and what each of their channels holds unacknowledged. */
import { known } from '../../api/known.ts';
import { at } from '../../api/client.ts';
import type { Channel, Consumer, Queue } from '../../api/types.ts';
import { count, percent } from '../../format.ts';
import { CONSUMER_COLUMNS } from '../../parts/consumers.tsx';
import { List } from '../../parts/list.tsx';
import { Panel } from '../../parts/panel.tsx';
import type { Column } from '../../parts/table.tsx';
import { useAnswer } from '../../state/answer.ts';
import { useLocalPage } from '../../state/list.ts';
import { texts } from '../../texts.ts';

const words = texts.consumers;

export function QueueConsumers({ queue }: { readonly queue: Queue }) {
  const { consumer_details: consumers = [], consumer_utilisation: share, vhost } = queue;
  const { data: channels } = useAnswer<readonly Channel[]>(
    consumers.length === 0 ? undefined : `${at`/vhosts/${vhost}/channels`}?columns=name,messages_unacknowledged`,
  );
  const held = new Map(channels?.map(({ name, messages_unacknowledged: unacked }) => [name, unacked]));
  const page = useLocalPage(consumers, ({ consumer_tag: tag, channel_details: { name } }) => `${tag} ${name}`);
  const columns: readonly Column<Consumer>[] = [
    ...CONSUMER_COLUMNS.filter(({ id }) => id !== 'queue'),
    {
      id: 'unacked',
      title: words.unackedOfChannel,
      isNumber: true,
      show: ({ channel_details: { name } }) => count(held.get(name) ?? 0),
    },
  ];
  return (
    <Panel
      title={texts.views.consumers}
      aside={known(share) ? <span class="muted">{words.utilised(percent(share))}</span> : undefined}
    >
      <List
        name="queue-consumers"
        caption={texts.views.consumers}
        columns={columns}
        page={page}
        keyOf={({ consumer_tag: tag, channel_details: { name } }) => `${name} ${tag}`}
        empty={words.none}
      />
    </Panel>
  );
}
