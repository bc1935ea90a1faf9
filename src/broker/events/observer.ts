/**
 * One who is told what happens: to messages, to what is declared, and to clients. There is none in production, and then each place pays
 * for one comparison. It is told while it happens, so it must not change anything, or keep a message, which is only valid during the
 * call. What it throws is reported, and changes nothing either. In the order of the events a message is published, routed, queued and delivered.
 */
import type { DeprecatedFeature } from '../../config/profile.ts';
import { attemptEach, type Fault } from '../../util/guard.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import type { Message } from '../message/message.ts';

export type Observer = (event: BrokerEvent) => void;

/** Several observers as one; undefined if there are none. `fault` is told what one of them throws: the others are told, and what goes on goes on. */
export function asOne(observers: Iterable<Observer>, fault: Fault): Observer | undefined {
  const all = [...observers];
  if (all.length === 0) return undefined;
  return (event) => attemptEach(fault, all, (observe) => observe(event));
}

/** Who does something by a channel, as RabbitMQ's firehose names it. */
export interface ChannelIdentity {
  /** The connection's name, "CLIENT -> BROKER". */
  readonly connection: string;
  readonly channel: number;
  readonly user: string;
}

interface InVhost {
  readonly vhost: string;
}

interface AtQueue extends InVhost {
  readonly queue: string;
}

interface AtExchange extends InVhost {
  readonly exchange: string;
}

interface Asked {
  /** Name of the connection that asked for it; undefined if none did: a program, the HTTP API, the end of what it belonged to. */
  readonly connection?: string | undefined;
}

interface OfMessage extends InVhost {
  readonly message: Message;
}

/** A message that waits somewhere, and its number there until it is gone. */
interface Waiting {
  readonly seq: number;
}

/** A message at a queue. `seq` is -1 of one that the queue never kept: a consumer had it at once, for good, or it was given up as it came. */
type AtItsQueue = OfMessage & AtQueue & Waiting;

export type MessageEvent =
  /** By a channel, or undefined. A transaction publishes when it is committed. `publishSeqNo`: by which it is confirmed; 0 if it is not. */
  | (OfMessage & {
      readonly type: 'published';
      readonly by: ChannelIdentity | undefined;
      readonly publishSeqNo: number;
    })
  /** A way was found from an exchange on, for a message that is published, dead-lettered, moved, or has waited there. `queues` may be none. */
  | (OfMessage & AtExchange & { readonly type: 'routed'; readonly queues: readonly string[] })
  /** It waits at a delayed exchange from now on; or its time has come, and it is routed from there. */
  | (OfMessage & AtExchange & Waiting & { readonly type: 'delayed' | 'released' })
  /** No queue took a published message: it goes back if it is mandatory. */
  | (OfMessage & { readonly type: 'unroutable'; readonly mandatory: boolean })
  | (AtItsQueue & { readonly type: 'queued' })
  /** The queue did not take it: it is full, or had it before. */
  | (OfMessage & AtQueue & { readonly type: 'refused' | 'duplicate' })
  /** With `noAck` it is gone with that. `consumer` is undefined for basic.get. */
  | (AtItsQueue & {
      readonly type: 'delivered';
      readonly consumer: string | undefined;
      readonly noAck: boolean;
      readonly redelivered: boolean;
      readonly by: ChannelIdentity;
    })
  /** What became of a delivery. `returned` and `failed` come back to the queue: by nack or recover, by reject or the end of the channel. */
  | (AtQueue & Waiting & { readonly type: 'settled'; readonly outcome: 'ack' | 'reject' | 'returned' | 'failed' })
  /** The queue gave it up: to its dead letter exchange, or for want of one. */
  | (AtItsQueue & { readonly type: 'dead-lettered' | 'dropped'; readonly reason: DeathReason })
  /** Somebody moved it on, and others have taken it. */
  | (AtItsQueue & { readonly type: 'moved' })
  /** Somebody cancelled it while it waited: at a delayed exchange, or in a queue before it was to go out again. */
  | ((AtExchange | AtQueue) & Waiting & { readonly type: 'cancelled' })
  /** All that were ready in a queue, or waited at a delayed exchange. */
  | ((AtExchange | AtQueue) & { readonly type: 'purged'; readonly messages: number })
  /** A publisher was told: of one message, or of all up to it that it was not told of before. */
  | (InVhost & {
      readonly type: 'confirmed';
      readonly by: ChannelIdentity;
      readonly publishSeqNo: number;
      readonly multiple: boolean;
      /** False: a queue refused it. */
      readonly positive: boolean;
    });

export type TopologyEvent =
  /** What is in a vhost goes with it: its queues are told of, its exchanges and bindings are not. */
  | (InVhost & { readonly type: 'vhost-created' | 'vhost-deleted' })
  /** Somebody wanted a feature that a version of RabbitMQ does not have any more, and had it or not. `connection`: the name of theirs. */
  | (InVhost & {
      readonly type: 'deprecated';
      readonly feature: DeprecatedFeature;
      readonly what: string;
      readonly connection: string | undefined;
    })
  | (AtQueue & Asked & { readonly type: 'queue-declared' | 'queue-deleted' })
  | (InVhost & Asked & { readonly type: 'exchange-declared' | 'exchange-deleted'; readonly exchange: string })
  | (InVhost &
      Asked & {
        readonly type: 'bound' | 'unbound';
        readonly source: string;
        readonly destination: string;
        readonly destinationKind: 'queue' | 'exchange';
        readonly routingKey: string;
      });

export type ClientEvent =
  | (InVhost & {
      readonly type: 'connection-opened' | 'connection-closed';
      readonly connection: string;
      readonly user: string;
    })
  /**
   * The broker closed a channel, or, with number 0, a connection: of a client that is not let in too, whose vhost is empty. `code`: 0 if the client
   * is not told, as RabbitMQ says nothing to one that breaks the handshake.
   */
  | (InVhost & {
      readonly type: 'error';
      readonly connection: string;
      readonly channel: number;
      readonly code: number;
      readonly text: string;
    })
  | (InVhost & { readonly type: 'channel-opened' | 'channel-closed'; readonly by: ChannelIdentity })
  | (AtQueue & {
      readonly type: 'consumer-added' | 'consumer-cancelled';
      readonly consumer: string;
      readonly by: ChannelIdentity;
    });

export type BrokerEvent = MessageEvent | TopologyEvent | ClientEvent;
