/** What the HTTP API looks into and acts on, and metrics are read from. */
import type { Connections } from '../broker/operations/connections.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';

/** A listener of the broker, as operators are told of it. */
export interface ListenerInfo {
  /** RabbitMQ's name: `amqp`, `http`, `http/prometheus`. */
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

export interface ManagementContext {
  readonly node: BrokerNode;
  readonly connections: Connections;
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  /** RabbitMQ's form: `rabbit@` and the name of the machine. */
  readonly nodeName: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Leveret's own version. */
  readonly version: string;
  /** Those that listen now. */
  listeners(): readonly ListenerInfo[];
}
