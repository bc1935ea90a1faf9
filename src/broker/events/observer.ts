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

interface Asked {
  /** Name of the connection that asked for it; undefined if none did: a program, the HTTP API, the end of what it belonged to. */
  readonly connection?: string | undefined;
}

interface OfMessage extends InVhost {
  readonly message: Message;
}

export type MessageEvent =
  /** By a channel, or undefined. A transaction publishes when it is committed. */
  | (OfMessage & { readonly type: 'published'; readonly by: ChannelIdentity | undefined })
  /** A way was found from an exchange on, for a message that is published, dead-lettered, or has waited there. `queues` may be none. */
  | (OfMessage & { readonly type: 'routed'; readonly exchange: string; readonly queues: readonly string[] })
  /** It waits at a delayed exchange, and is routed from there when its time has come. */
  | (OfMessage & { readonly type: 'delayed'; readonly exchange: string })
  /** No queue took a published message: it goes back if it is mandatory. */
  | (OfMessage & { readonly type: 'unroutable'; readonly mandatory: boolean })
  | (OfMessage & AtQueue & { readonly type: 'queued' })
  /** The queue did not take it: it is full, or had it before. */
  | (OfMessage & AtQueue & { readonly type: 'refused' | 'duplicate' })
  /** `seq` names the message in its queue until it is settled, -1 if nothing is to be acknowledged. `consumer` is undefined for basic.get. */
  | (OfMessage &
      AtQueue & {
        readonly type: 'delivered';
        readonly seq: number;
        readonly consumer: string | undefined;
        readonly redelivered: boolean;
        readonly by: ChannelIdentity;
      })
  /** What became of a delivery. `returned` and `failed` come back to the queue: by nack or recover, by reject or the end of the channel. */
  | (AtQueue & {
      readonly type: 'settled';
      readonly seq: number;
      readonly outcome: 'ack' | 'reject' | 'returned' | 'failed';
    })
  /** The queue gave it up: to its dead letter exchange, or for want of one. */
  | (OfMessage & AtQueue & { readonly type: 'dead-lettered' | 'dropped'; readonly reason: DeathReason })
  | (AtQueue & { readonly type: 'purged'; readonly messages: number })
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
