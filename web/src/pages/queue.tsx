/** One queue or stream: how it does, why it is as it is, what is in it, and what can be done. */
import { at } from '../api/client.ts';
import type { Queue as Answer } from '../api/types.ts';
import { Badge, Problem } from '../parts/notice.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { useAnswer } from '../state/answer.ts';
import { href } from '../state/route.ts';
import { texts } from '../texts.ts';
import { QueueActions } from './queue/actions.tsx';
import { QueueBindings } from './queue/bindings.tsx';
import { QueueConsumers } from './queue/consumers.tsx';
import { Messages } from './queue/messages.tsx';
import { QueueOverview } from './queue/overview.tsx';
import { State } from './queues/columns.tsx';

const words = texts.queue;
const SAMPLES = 'lengths_age=60&lengths_incr=5&msg_rates_age=60&msg_rates_incr=5';

export function Queue({ vhost, name }: { readonly vhost: string; readonly name: string }) {
  const path = at`/queues/${vhost}/${name}`;
  const {
    data: queue,
    error,
    refresh,
  } = useAnswer<Answer>(`${path}?${SAMPLES}`, { on: ['consumer-added', 'consumer-cancelled'] });
  return (
    <>
      <div class="title">
        <div>
          <p class="crumb">
            <a href={href(['queues'])}>{texts.queues.title}</a> · {vhost}
          </p>
          <h1>{name}</h1>
          {queue !== undefined && (
            <span class="badges">
              <State of={queue} />
              <Badge>{texts.queues.types[queue.type]}</Badge>
              {queue.durable && <Badge>{texts.queues.durable}</Badge>}
            </span>
          )}
        </div>
        {queue !== undefined && <QueueActions queue={queue} onDone={refresh} />}
      </div>
      <Problem error={error?.status === 404 ? undefined : error} />
      {error?.status === 404 && <p class="empty">{words.gone}</p>}
      {queue !== undefined && error?.status !== 404 && (
        <Tabs
          label={words.parts}
          tabs={[
            ['overview', texts.views.overview, () => <QueueOverview queue={queue} />],
            ['messages', words.messages, () => <Messages queue={queue} />],
            ['bindings', words.bindings, () => <QueueBindings queue={queue} />],
            ['consumers', texts.views.consumers, () => <QueueConsumers queue={queue} />],
          ]}
        />
      )}
    </>
  );
}
