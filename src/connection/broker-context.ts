/** What all connections of a broker share. */
import type { Node } from '../broker/topology/node.ts';
import type { Config } from '../config/config.ts';
import type { AmqpError } from '../protocol/amqp-error.ts';
import type { FieldTable } from '../protocol/field-table.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { Turn } from '../util/turn.ts';
import { leveretVersion } from '../util/version.ts';
import type { Vhost } from '../broker/topology/vhost.ts';
import type { Access } from './lifecycle/access.ts';
import { BODY_BUFFER_BYTES, BODY_BUFFERS_KEPT } from './input/content.ts';
import { DeliveryTimeouts } from './channel/delivery-timeouts.ts';
import type { Flow } from './input/flow.ts';
import { HeldMemory } from './input/inbound-memory.ts';
import { Heartbeats } from './lifecycle/heartbeats.ts';
import { OutputBuffers } from './output/output-buffers.ts';
import { serverProperties } from './lifecycle/server-properties.ts';
import { SharedInput } from './input/shared-input.ts';
import { SpareBuffers } from '../util/spare-buffers.ts';

export type Stage = 'header' | 'handshake' | 'running' | 'closing' | 'closed';

/** A connection, as the listener and the limits see it. */
export interface ListedConnection {
  readonly stage: Stage;
  /** Undefined until connection.open is answered. */
  readonly vhost: Vhost | undefined;
  readonly access: Access | undefined;
  readonly channels: { readonly size: number };
  /** Closes with connection.close. */
  close(error: AmqpError): void;
  /** Gives the client up without further words. */
  drop(): void;
  readonly flow: Flow;
}

/** What is there before any connection is. */
export interface BrokerParts {
  readonly node: Node;
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
}

export interface BrokerContext extends BrokerParts {
  readonly turn: Turn;
  readonly heartbeats: Heartbeats;
  readonly input: SharedInput;
  readonly deliveryTimeouts: DeliveryTimeouts;
  readonly outputBuffers: OutputBuffers;
  readonly bodyBuffers: SpareBuffers;
  readonly heldMemory: HeldMemory;
  readonly serverProperties: FieldTable;
  readonly connections: Set<ListedConnection>;
}

export function brokerContext(parts: BrokerParts): BrokerContext {
  const { config, clock } = parts;
  return {
    ...parts,
    turn: new Turn(),
    heartbeats: new Heartbeats(clock),
    input: new SharedInput(),
    deliveryTimeouts: new DeliveryTimeouts(clock),
    outputBuffers: new OutputBuffers(),
    bodyBuffers: new SpareBuffers(BODY_BUFFER_BYTES, BODY_BUFFERS_KEPT),
    heldMemory: new HeldMemory(heldLimit(parts)),
    serverProperties: serverProperties(config, leveretVersion()),
    connections: new Set(),
  };
}

/** One message may be as large as it may; transactions take room in the heap, of which they alone shall not fill half. */
function heldLimit({ node, config }: BrokerParts): number {
  return Math.max(Math.min(node.memory.budget, node.heap.capacity) / 2, config.maxMessageSize);
}
