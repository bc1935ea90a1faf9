/** Of a message that waits for its time: when that comes, and a way to cancel it. */
import { ask } from '../../api/client.ts';
import type { BrowsedMessage } from '../../api/types.ts';
import { dateTime, duration } from '../../format.ts';
import { texts } from '../../texts.ts';
import { Action } from '../action.tsx';

const words = texts.delayed;

interface CancelProps {
  readonly message: BrowsedMessage;
  /** Where the messages are asked for. */
  readonly path: string;
  readonly onDone: () => void;
}

export function Cancel({ message: { position, due_at: due = 0, routing_key: key }, path, onDone }: CancelProps) {
  return (
    <>
      <span class="number muted" title={dateTime(due)}>
        {words.dueIn(duration(due - Date.now()))}
      </span>
      <Action
        isPlain
        isDanger
        label={words.cancel}
        title={words.cancelTitle}
        what={words.cancelWhat(key, dateTime(due))}
        run={() => ask('DELETE', `${path}/${position}`)}
        onDone={onDone}
      />
    </>
  );
}
