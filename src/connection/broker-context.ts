/** What all connections of a broker share. */
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Config } from '../config/config.ts';
import { Connections } from '../broker/operations/connections.ts';
import type { FieldTable } from '../protocol/field-table.ts';
import type { AuditLog } from '../util/audit-log.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { Turn } from '../broker/scheduling/turn.ts';
import { leveretVersion } from '../util/version.ts';
import type { FaultPlan } from './faults.ts';
import { BODY_BUFFER_BYTES, BODY_BUFFERS_KEPT } from './input/content.ts';
import { DeliveryTimeouts } from './channel/delivery-timeouts.ts';
import { InboundMemory } from './input/inbound-memory.ts';
import { Heartbeats } from './lifecycle/heartbeats.ts';
import { OutputBuffers } from './output/output-buffers.ts';
import { serverProperties } from './lifecycle/server-properties.ts';
import { SharedInput } from './input/shared-input.ts';
import { SpareBuffers } from '../util/spare-buffers.ts';
import type { Transport } from './transport.ts';

/** What is there before any connection is. */
export interface BrokerParts {
  readonly node: BrokerNode;
  readonly config: Config;
  readonly log: Logger;
  readonly audit?: AuditLog | undefined;
  /** True: no socket keeps the process alive. */
  readonly unref?: boolean | undefined;
}

export interface BrokerContext extends BrokerParts {
  /** By which clients live. */
  readonly clock: Clock;
  readonly turn: Turn;
  readonly heartbeats: Heartbeats;
  readonly input: SharedInput;
  readonly deliveryTimeouts: DeliveryTimeouts;
  readonly outputBuffers: OutputBuffers;
  readonly bodyBuffers: SpareBuffers;
  readonly inboundMemory: InboundMemory;
  readonly serverProperties: FieldTable;
  readonly connections: Connections;
  /** What a test has go wrong; undefined in production. */
  faults: FaultPlan | undefined;
  /** What a test has between clients and the broker; undefined in production. */
  carry: ((transport: Transport) => Transport) | undefined;
}

export function brokerContext(parts: BrokerParts): BrokerContext {
  const { node, config } = parts;
  const { connections: clock, messages } = node.clocks;
  return {
    ...parts,
    clock,
    turn: new Turn(clock),
    heartbeats: new Heartbeats(clock),
    input: new SharedInput(),
    deliveryTimeouts: new DeliveryTimeouts(messages),
    outputBuffers: new OutputBuffers(),
    bodyBuffers: new SpareBuffers(BODY_BUFFER_BYTES, BODY_BUFFERS_KEPT),
    inboundMemory: new InboundMemory(heldLimit(parts)),
    serverProperties: serverProperties(config, leveretVersion()),
    connections: new Connections(node, config.maxConnections),
    faults: undefined,
    carry: undefined,
  };
}

/** One message may be as large as it may; transactions take room in the heap, of which they alone shall not fill half. */
function heldLimit({ node, config }: BrokerParts): number {
  return Math.max(Math.min(node.memory.budget, node.heapLimit.capacity) / 2, config.maxMessageSize);
}
