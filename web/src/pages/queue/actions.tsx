/** What can be done with a queue as a whole. Each asks first. */
import { ask, at } from '../../api/client.ts';
import type { Queue } from '../../api/types.ts';
import { count } from '../../format.ts';
import { Action } from '../../parts/action.tsx';
import { Check } from '../../parts/field.tsx';
import { Publish } from '../../parts/publish.tsx';
import { go } from '../../state/route.ts';
import { texts } from '../../texts.ts';
import { Redrive } from './redrive.tsx';

const words = texts.queue;

export function QueueActions({ queue, onDone }: { readonly queue: Queue; readonly onDone: () => void }) {
  const { vhost, name, type } = queue;
  const path = at`/queues/${vhost}/${name}`;
  return (
    <div class="actions">
      <Publish vhost={vhost} exchange="" routingKey={name} what={words.publishWhat(name)} onDone={onDone} />
      {type !== 'stream' && (
        <>
          <Redrive queue={queue} onDone={onDone} />
          <Action
            isDanger
            label={words.purge}
            what={words.purgeWhat(count(queue.messages_ready), name)}
            run={() => ask('DELETE', `${path}/contents`)}
            onDone={onDone}
          />
        </>
      )}
      <Action
        isDanger
        label={texts.common.remove}
        title={words.removeTitle}
        what={words.removeWhat(name, count(queue.messages), count(queue.consumers))}
        run={(values) => ask('DELETE', `${path}?if-empty=${values.is('if-empty')}&if-unused=${values.is('if-unused')}`)}
        onDone={() => go(['queues'])}
      >
        {/* The others know no such conditions. */}
        {type === 'classic' && (
          <>
            <Check name="if-empty" label={words.ifEmpty} isChecked={queue.messages === 0} />
            <Check name="if-unused" label={words.ifUnused} isChecked={queue.consumers === 0} />
          </>
        )}
      </Action>
    </div>
  );
}
