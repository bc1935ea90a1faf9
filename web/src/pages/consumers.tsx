/** All consumers. The broker sends them in one list. */
import type { Consumer } from '../api/types.ts';
import { CONSUMER_COLUMNS } from '../parts/consumers.tsx';
import { ListTools, Pager } from '../parts/list-tools.tsx';
import { Problem } from '../parts/notice.tsx';
import { ColumnChoice, Table } from '../parts/table.tsx';
import { useAnswer } from '../state/answer.ts';
import { useLocalOrder } from '../state/list.ts';
import { texts } from '../texts.ts';
import { ClientTabs } from './clients/tabs.tsx';

export function Consumers() {
  const { data, error } = useAnswer<readonly Consumer[]>('/consumers', {
    every: 10_000,
    on: ['consumer-added', 'consumer-cancelled'],
  });
  const { rows, page, order, setOrder } = useLocalOrder(
    data,
    ({ consumer_tag: tag, queue, channel_details: { name } }) => `${tag} ${queue.name} ${name}`,
  );
  return (
    <>
      <h1>{texts.views.consumers}</h1>
      <ClientTabs current="consumers" />
      <Problem error={error} />
      <section class="panel">
        <ListTools page={page}>
          <ColumnChoice name="consumers" columns={CONSUMER_COLUMNS} />
        </ListTools>
        <Table
          name="consumers"
          caption={texts.views.consumers}
          columns={CONSUMER_COLUMNS}
          rows={rows}
          keyOf={({ consumer_tag: tag, channel_details: { name } }) => `${name} ${tag}`}
          order={order}
          onOrder={setOrder}
          empty={texts.consumers.none}
        />
        <Pager page={page} />
      </section>
    </>
  );
}
