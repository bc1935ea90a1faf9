/** What a test has go wrong between the broker and its clients. There is no plan in production: then each place pays for one comparison. */
import type { Socket } from 'node:net';
import type { Refusal } from '../broker/access/identity.ts';
import type { ChannelIdentity } from '../broker/events/observer.ts';
import type { Message } from '../broker/message/message.ts';
import type { ClientChannel } from '../broker/operations/clients.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { Method } from '../protocol/generated/methods.ts';

/** A channel, as a plan sees it. */
export interface FaultyChannel extends ClientChannel {
  readonly identity: ChannelIdentity;
  readonly connection: { readonly vhost: Vhost };
}

export interface PublishFault {
  /** No binding matches. */
  readonly unroutable?: boolean;
  /** The broker does not take the message: its publisher gets a basic.nack. */
  readonly refused?: boolean;
  /** The message is taken, and the confirm goes out when `release` is called, if ever. */
  readonly hold?: (release: () => void) => void;
  /** Others overtake the message: it is confirmed, and goes on its way when `take` is called, if ever. */
  readonly overtaken?: (take: () => void) => void;
  /** Called when the message is on its way. */
  readonly then?: () => void;
}

export interface FaultPlan {
  /** A client came. True: the plan deals with it, and nobody else does. */
  accepted(socket: Socket): boolean;
  /** A client gives its name and password. A refusal: as if they were wrong. */
  signedIn(user: string): Refusal | undefined;
  /** The client asks to open a vhost. Throws AmqpError to refuse it. */
  opened(user: string, vhost: string): void;
  /** A message is published. Undefined: as ever. */
  published(channel: FaultyChannel, message: Message): PublishFault | undefined;
  /** A method has come. Undefined: it is handled at once; else when that has called back, and no frame of the connection before it. */
  handled(channel: FaultyChannel, method: Method): ((resume: () => void) => boolean) | undefined;
}
