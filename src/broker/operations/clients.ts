/** The clients of a broker, as operators see them: connections with their channels, and what these hold. */
import type { SanType } from '../../config/login-config.ts';
import type { AmqpError } from '../../protocol/amqp-error.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import type { Fault } from '../../util/guard.ts';
import type { ChannelCounters, ConnectionCounters, DeliveryCounters, PublishCounters } from '../events/counters.ts';
import type { MessageSource } from '../message/message-target.ts';
import type { Consumer } from '../queue/consumer.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';
import type { RequeueCause } from '../queue/delayed-retry.ts';
import type { Vhost } from '../topology/vhost.ts';

export type ConnectionStage = 'header' | 'handshake' | 'running' | 'closing' | 'closed';

/** The two ends of a connection: addresses without a port, and ports. */
export interface ConnectionEnds {
  readonly peerHost: string;
  readonly peerPort: number;
  readonly host: string;
  readonly port: number;
  /** RabbitMQ's name of the connection: `127.0.0.1:40000 -> 127.0.0.1:5672`. */
  readonly name: string;
}

export interface ClientConsumer extends Consumer {
  readonly queue: DeclaredQueue;
}

/** See Breakdown. */
export type CountedApart<Key, Counters> = Iterable<readonly [Key, Readonly<Counters>]>;

export interface ClientChannel {
  readonly number: number;
  readonly counters: ChannelCounters;
  /** What was counted by the exchange that was published to, and by the queue that messages came from: of those that are still there. */
  readonly byExchange: CountedApart<MessageSource, PublishCounters>;
  readonly byQueue: CountedApart<Pick<DeclaredQueue, 'name'>, DeliveryCounters>;
  /** By their tags. */
  readonly consumers: ReadonlyMap<string, ClientConsumer>;
  /** Limit of each consumer to come, and of the channel as a whole; 0 is none. */
  readonly prefetch: number;
  readonly globalPrefetch: number;
  readonly confirming: boolean;
  readonly transactional: boolean;
  /** Deliveries that wait for their acknowledgement, messages for their confirm. */
  readonly unackedCount: number;
  readonly unconfirmedCount: number;
  /** Of a transaction that is not committed: messages, and acknowledgements. */
  readonly uncommittedCount: number;
  readonly uncommittedAcks: number;
  /**
   * Does with deliveries that wait for their acknowledgement as if the client had said so; what it says of them later is ignored. All of them,
   * if nothing says which.
   */
  settleUnasked(kind: 'ack' | 'reject' | RequeueCause, isMeant?: (queue: string, seq: number) => boolean): void;
  /** Closes the channel for an error. */
  fail(error: AmqpError): void;
}

/** What TLS says of a client, by RabbitMQ's names. */
export interface ClientTls {
  readonly protocol: string;
  readonly cipher: string;
  readonly hash: string;
  readonly keyExchange: string;
  /** Undefined if it has shown none. */
  readonly certificate: ClientCertificate | undefined;
}

export interface ClientCertificate {
  /** `CN=client,O=acme`. */
  readonly subject: string;
  readonly issuer: string;
  /** Two times with a dash between. */
  readonly validity: string;
  /** Of its subject: several with commas between, empty if it has none. */
  readonly commonName: string;
  /** Its alternative names of a kind, in their order. */
  alternativeNames(type: SanType): readonly string[];
}

export interface ClientConnection {
  readonly stage: ConnectionStage;
  /** Undefined until connection.open is answered. */
  readonly vhost: Vhost | undefined;
  readonly user: string | undefined;
  readonly endpoints: ConnectionEnds;
  /** Undefined without TLS. */
  readonly tls: ClientTls | undefined;
  /** True if it came by WebSocket. */
  readonly webSocket: boolean;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** What the client said of itself, and the name that it gave the connection: empty if it gave none. */
  readonly client: { readonly properties: FieldTable; readonly connectionName: string };
  /** SASL mechanism of the login. */
  readonly mechanism: string;
  readonly channelMax: number;
  /** Bytes. */
  readonly frameMax: number;
  /** Seconds between heartbeats; 0 is none. */
  readonly heartbeat: number;
  /** RabbitMQ's word: `running`, `flow`, `blocking`, `blocked`, `closing`. */
  readonly state: string;
  /** `pending`: bytes that wait to be taken by the client. */
  readonly writer: { readonly pending: number };
  readonly channels: ReadonlyMap<number, ClientChannel>;
  readonly counters: ConnectionCounters;
  /** Told what goes wrong with this connection alone: it ends. */
  readonly fault: Fault;
  /** Closes with connection.close. */
  close(error: AmqpError): void;
  /** Gives the client up without further words. */
  drop(): void;
  /** Ends the stream without a word: what was sent before can still be read. */
  hangUp(): void;
  /** Says nothing to the client any more, and hears nothing of it, heartbeats too: as if the network between them were gone. */
  fallSilent(): void;
  /** `relieved`: the broker can take more again; if the connection waited for that, it goes on. */
  readonly flow: { relieved(): void };
}
