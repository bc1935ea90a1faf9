/** What the HTTP API looks into and acts on, and metrics are read from. */
import type { Connections } from '../broker/operations/connections.ts';
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Config, LogLevel } from '../config/config.ts';
import type { OtherNodes } from '../store/other-nodes.ts';
import type { SecureContexts } from '../tls/secure-contexts.ts';
import type { AuditLog } from '../util/audit-log.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';

/** A listener of the broker, as operators are told of it. */
export interface ListenerInfo {
  /** RabbitMQ's name: `amqp`, `http`, `http/prometheus`; by TLS `amqp/ssl`, `https`, `https/prometheus`. */
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  /** What it is secured by; undefined if it is plain. */
  readonly contexts?: SecureContexts | undefined;
}

/** What an operator changes of the node while it runs. It holds until the broker stops; what holds from a start on is its configuration. */
export interface NodeControls {
  /** True between `drain` and `revive` (RabbitMQ: maintenance mode). */
  readonly drained: boolean;
  /** Bytes of free disk space below which publishers are stopped. */
  readonly diskFreeLimit: number;
  /** Has no more clients let in, and leaves those that are in. */
  suspendListeners(): void;
  /** Lets clients in again. Rejects with the system's error if another program took the port. */
  resumeListeners(): Promise<void>;
  /** Suspends the listeners, and closes all connections of clients. */
  drain(): void;
  /** Ends that. Rejects as `resumeListeners`. */
  revive(): Promise<void>;
  /** Throws ChangeError `invalid` for a broker that writes nothing to a disk. */
  setDiskFreeLimit(bytes: number): void;
  /** Bytes of messages in memory. */
  setMemoryBudget(bytes: number): void;
  /** `level`: as the setting logLevel. Throws ChangeError `invalid` for a broker that logs nothing, or to a logger with no level. */
  setLogLevel(level: LogLevel): void;
}

export interface ManagementContext {
  readonly node: BrokerNode;
  readonly connections: Connections;
  readonly config: Config;
  readonly log: Logger;
  readonly audit?: AuditLog | undefined;
  readonly clock: Clock;
  /** RabbitMQ's form: `rabbit@` and the name of the machine. */
  readonly nodeName: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Leveret's own version. */
  readonly version: string;
  readonly controls: NodeControls;
  /** Those that listen now. */
  listeners(): readonly ListenerInfo[];
  /** Those that have the store too; undefined if none can. */
  readonly otherNodes?: OtherNodes | undefined;
}
