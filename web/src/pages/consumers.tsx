/** All consumers. The broker sends them in one list. */
import type { Consumer } from '../api/types.ts';
import { CONSUMER_COLUMNS, consumerKey } from '../parts/consumers.tsx';
import { ListPanel } from '../parts/list.tsx';
import { Problem } from '../parts/notice.tsx';
import { useAnswer } from '../state/answer.ts';
import { useLocalPage } from '../state/list.ts';
import { texts } from '../texts.ts';
import { ClientTabs } from './clients/tabs.tsx';

export function Consumers() {
  const { data, error } = useAnswer<readonly Consumer[]>('/consumers', {
    every: 10_000,
    on: ['consumer-added', 'consumer-cancelled'],
  });
  const page = useLocalPage(
    data,
    ({ consumer_tag: tag, queue, channel_details: { name } }) => `${tag} ${queue.name} ${name}`,
  );
  return (
    <>
      <h1>{texts.views.consumers}</h1>
      <ClientTabs current="consumers" />
      <Problem error={error} />
      <ListPanel
        name="consumers"
        caption={texts.views.consumers}
        columns={CONSUMER_COLUMNS}
        page={page}
        keyOf={consumerKey}
        empty={texts.consumers.none}
      />
    </>
  );
}
