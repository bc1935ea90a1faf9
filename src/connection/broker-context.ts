/** What all connections of a broker share. */
import type { Node } from '../broker/node.ts';
import type { Config } from '../config/config.ts';
import type { AmqpError } from '../protocol/amqp-error.ts';
import type { FieldTable } from '../protocol/field-table.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { Turn } from '../util/turn.ts';
import type { Vhost } from '../broker/vhost.ts';
import type { Access } from './access.ts';
import type { DeliveryTimeouts } from './delivery-timeouts.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { OutputBuffers } from './output-buffers.ts';
import type { SharedInput } from './shared-input.ts';

/** A connection, as the listener and the limits see it. */
export interface ListedConnection {
  readonly stage: 'header' | 'handshake' | 'running' | 'closing' | 'closed';
  /** Undefined until connection.open is answered. */
  readonly vhost: Vhost | undefined;
  readonly access: Access | undefined;
  readonly channels: { readonly size: number };
  /** Closes with connection.close. */
  close(error: AmqpError): void;
  /** Gives the client up without further words. */
  drop(): void;
  /** The store has caught up with the publishers. */
  backlogCleared(): void;
  /** The broker takes publishes again. */
  alarmCleared(): void;
}

export interface BrokerContext {
  readonly node: Node;
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly heartbeats: Heartbeats;
  readonly input: SharedInput;
  readonly deliveryTimeouts: DeliveryTimeouts;
  readonly outputBuffers: OutputBuffers;
  readonly serverProperties: FieldTable;
  readonly connections: Set<ListedConnection>;
}
