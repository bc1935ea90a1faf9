/**
 * Messages that wait for their time are cancelled one by one: at an exchange of the type x-delayed-message, where they are looked at too, and in a queue before
 * they are tried again. Who may read the exchange, or the queue, may do so.
 */
import { ChangeError } from '../arguments/change-error.ts';
import type { DelayedMessages } from '../delay/delayed-messages.ts';
import type { KeptMessages } from '../log/kept-messages.ts';
import type { LogWaiter } from '../log/log-waiter.ts';
import type { Actor } from './actor.ts';
import { browse, type BrowsedPage, type BrowseRequest } from './browsing.ts';
import { readableQueue } from './queues.ts';
import { Receipt } from './receipt.ts';

/** Rejects with AmqpError if the actor may not, or there is no such exchange; with ChangeError `not-found` if messages do not wait there. */
export async function browseDelayed(
  actor: Actor,
  exchange: string,
  { state = 'delayed', ...request }: BrowseRequest,
): Promise<BrowsedPage> {
  const delayed = delayedAt(actor, exchange);
  // In their log they are ready: nobody has them. But all of them wait.
  if (state !== 'delayed') return { messages: [], next: undefined, examined: 0 };
  const page = await browse(delayed, request, actor.vhost.node.timeSlices);
  return { ...page, messages: page.messages.map((message) => ({ ...message, state })) };
}

/** Rejects as browseDelayed throws, with ChangeError `not-found` if this message does not wait, and with StoreError if it cannot be read. */
export async function cancelDelayed(actor: Actor, exchange: string, position: number): Promise<Receipt> {
  const delayed = delayedAt(actor, exchange);
  await fetched(delayed.log, position);
  if (delayed.deleted || !delayed.cancel(position)) {
    throw new ChangeError('not-found', `message ${position} does not wait at exchange '${exchange}'`);
  }
  return new Receipt(actor.vhost.node.store, undefined);
}

/**
 * A message that came back to a queue, and waits before it goes out again, goes for good. Throws AmqpError if the actor may not, or there is no such queue;
 * ChangeError `not-found` if this message does not wait.
 */
export function cancelRetry(actor: Actor, queue: string, position: number): Receipt {
  if (!readableQueue(actor, queue).cancelRetry(position)) {
    throw new ChangeError('not-found', `message ${position} does not wait in queue '${queue}' to be tried again`);
  }
  return new Receipt(actor.vhost.node.store, undefined);
}

function delayedAt(actor: Actor, name: string): DelayedMessages {
  actor.check('read', 'exchange', name);
  const { delayed } = actor.vhost.existingExchange(name);
  if (delayed === undefined)
    throw new ChangeError('not-found', `no messages wait at exchange '${name}': it is not of type x-delayed-message`);
  return delayed;
}

/** Resolves in the turn in which the message is in memory, or it is known that it is gone. */
function fetched(log: KeptMessages, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fetch = (): void => {
      try {
        if (log.fetch(position, waiter)) resolve();
      } catch (error) {
        waiter.unreadable(error as Error);
      }
    };
    const waiter: LogWaiter = { loaded: fetch, unreadable: reject };
    fetch();
  });
}
