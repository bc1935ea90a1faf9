/** What the log says of messages that cannot be handled: a line for each. */
import { type DiscardListener, type Discarder, HeadersTooLargeError } from '../broker/message/discarded.ts';
import type { Logger } from '../util/logger.ts';

const TEXTS: Readonly<Record<Discarder, string>> = {
  queue:
    'a queue gives up a message that cannot be handled: it goes to the dead letter exchange where there is one and takes it, and else is lost',
  destination:
    'a message cannot be put where it was routed to: it is lost there, which its publisher hears if it asked for confirms; others have it',
  exchange: 'an exchange gives up a message that cannot be sent on, or back: it is lost',
};

export function reportDiscarded(log: Logger): DiscardListener {
  return (by, name, vhost, reason) => {
    // Of a defect the trace is wanted too.
    const why = reason instanceof HeadersTooLargeError ? { reason: reason.message } : { err: reason };
    log.error({ vhost, [by]: name, ...why }, TEXTS[by]);
  };
}
