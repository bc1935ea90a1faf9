/** What the log says of what cannot be read, and what to do then. */
import type { Unreadable, UnreadableListener } from '../broker/arguments/unreadable.ts';
import type { Logger } from '../util/logger.ts';

interface Report {
  /** The field that has its name. */
  readonly field: 'queue' | 'stream' | 'exchange';
  readonly text: string;
}

const REPORTS: Readonly<Record<Unreadable, Report>> = {
  queue: {
    field: 'queue',
    text:
      'a queue is stopped, as a message of it cannot be read: it still takes messages, and delivers none. Where the disk is well ' +
      'again, whoever consumes it has it try again. Purge or delete it to go on without those it has; or restart the broker when the file is restored.',
  },
  keys: {
    field: 'queue',
    text:
      'a queue takes again what it has seen before the start, as the keys of that cannot be read: a publisher that sends a message ' +
      'again doubles it. Purge the queue to remove the keys, or restart the broker when the file is restored.',
  },
  stream: {
    field: 'stream',
    text: 'a consumer of a stream is cancelled, as what comes next for it cannot be read: others, and one that begins behind it, may go on.',
  },
  exchange: {
    field: 'exchange',
    text:
      'a delayed exchange sends nothing on, as a message that waits there cannot be read: it still takes messages, and tries again every ' +
      '5 seconds. Purge it by broker.delayed or delete it to go on without those it has; or restart the broker when the file is restored.',
  },
};

export function reportTo(log: Logger): UnreadableListener {
  return (what, name, vhost, reason) => {
    const { field, text } = REPORTS[what];
    if (reason === undefined) log.info({ vhost, [field]: name }, 'a delayed exchange sends on again what waits there');
    else log.error({ vhost, [field]: name, reason: reason.message }, text);
  };
}
