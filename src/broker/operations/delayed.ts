/** The messages that wait at an exchange of the type x-delayed-message: looked at, and cancelled one by one. Who may read the exchange may do so. */
import { ChangeError } from '../arguments/change-error.ts';
import type { DelayedMessages } from '../delay/delayed-messages.ts';
import type { Actor } from './actor.ts';
import { browse, type BrowsedPage, type BrowseRequest } from './browsing.ts';
import { Receipt } from './receipt.ts';

/** Throws AmqpError if the actor may not, or there is no such exchange; ChangeError `not-found` if messages do not wait there. */
export function browseDelayed(actor: Actor, exchange: string, request: BrowseRequest): Promise<BrowsedPage> {
  return browse(delayedAt(actor, exchange), request, actor.vhost.node.timeSlices);
}

/** Throws as browseDelayed does, and ChangeError `not-found` if this message does not wait. */
export function cancelDelayed(actor: Actor, exchange: string, position: number): Receipt {
  if (!delayedAt(actor, exchange).cancel(position)) {
    throw new ChangeError('not-found', `message ${position} does not wait at exchange '${exchange}'`);
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
