/** The rows of the store: plain data, no behaviour. Names are unique within their vhost; ids are the store's own. */

/** A page's data is a run of records (broker/log/record.ts), appended together; the store does not look inside. */
export interface PageHeader {
  readonly id: number;
  /** The queue, or the exchange by its `logId`. */
  readonly queueId: number;
  /** Sequence number that the records' own offsets count from: the first of the segment they belong to. */
  readonly base: number;
  /** Sequence numbers of the first and the last record. Between them numbers may be missing (settled before they were written). */
  readonly first: number;
  readonly last: number;
  /** Number of records. */
  readonly count: number;
  /** Size of the bodies of all records in bytes, wherever those are kept. Undefined in what was stored before this was. */
  readonly bodyBytes?: number | undefined;
  /** References to bodies kept apart, as pairs: record's position in the page, body id. Undefined if there are none. */
  readonly bodies?: Float64Array;
}

export interface RecoveredPage extends PageHeader {
  /** Length of the data in bytes. */
  readonly bytes: number;
  /** See Batch.settle. Undefined if nothing is settled. */
  readonly settled?: Uint8Array;
  /** See Batch.redelivered. Undefined if no message was, and none waits. */
  readonly redelivered?: Float64Array;
}

/** Keys of messages that a queue has taken, written together; the store does not look inside. */
export interface SeenHeader {
  readonly queueId: number;
  /** When the last of them was seen, in milliseconds since the epoch. */
  readonly newest: number;
  /** Number of keys. */
  readonly count: number;
}

export interface VhostRecord {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
}

export interface ExchangeRecord {
  readonly vhost: string;
  readonly name: string;
  readonly type: string;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  /** An encoded AMQP field table, without its length prefix. */
  readonly arguments: Uint8Array;
  /** Number of the log of messages that it keeps for later, as a queue has one: of the same numbers. Undefined if it has none. */
  readonly logId: number | undefined;
}

export interface QueueRecord {
  /** Never used before: see Store.nextQueueId. */
  readonly id: number;
  readonly vhost: string;
  readonly name: string;
  readonly autoDelete: boolean;
  readonly arguments: Uint8Array;
}

/** How far a log was delivered: see Batch.delivered. */
export interface Delivered {
  /** Of priority 0; 0 if nothing was delivered from it. */
  readonly delivered: number;
  /** Of the other priorities, by their numbers; undefined if nothing was delivered from any. */
  readonly deliveredByPriority?: ReadonlyMap<number, number>;
}

/** What there is of a log but the messages themselves. */
export interface RecoveredLog extends Delivered {
  /** In ascending order of first sequence number. */
  readonly pages: readonly RecoveredPage[];
}

export interface BindingRecord {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: Uint8Array;
}

export interface UserRecord {
  readonly name: string;
  /** Base64 of a salt and the hash of the password with it, as the algorithm has them: see broker/access/passwords.ts and scrypt.ts. */
  readonly passwordHash: string;
  readonly hashingAlgorithm: string;
  readonly tags: readonly string[];
}

export interface PermissionRecord {
  readonly user: string;
  readonly vhost: string;
  /** Regular expressions, RabbitMQ's three. */
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** What else the broker keeps by name: policies, parameters, limits. `value` is JSON. */
export interface ParameterRecord {
  readonly component: string;
  /** Empty for global parameters. */
  readonly vhost: string;
  readonly name: string;
  readonly value: string;
}

export interface RecoveredState {
  /** True if the store was created by this start. */
  readonly fresh: boolean;
  /** The version of the format that this start brought to today's; undefined if it was that already, or the store is fresh. */
  readonly migratedFrom?: number | undefined;
  readonly vhosts: readonly VhostRecord[];
  readonly exchanges: readonly ExchangeRecord[];
  readonly queues: readonly QueueRecord[];
  readonly bindings: readonly BindingRecord[];
  readonly users: readonly UserRecord[];
  readonly permissions: readonly PermissionRecord[];
  readonly parameters: readonly ParameterRecord[];
  /** Numbers of the logs of which there are messages: those of queues, and of exchanges by their `logId`. */
  readonly logs: readonly number[];
  /** Size in bytes of each stored body, by id; 0 if only parts of it are stored, and no message refers to it. */
  readonly bodies: ReadonlyMap<number, number>;
}

/** What goes with its bindings. */
export interface BoundRow {
  readonly vhost: string;
  readonly name: string;
  /** The exchanges that bindings lead from to it: those of others are not looked for. */
  readonly boundFrom: readonly string[];
}

/** A put creates or replaces the row of the same identity; a delete of what is not there does nothing. */
export type TopologyChange =
  | { readonly op: 'put-vhost'; readonly record: VhostRecord }
  /** Removes everything of the vhost. */
  | { readonly op: 'delete-vhost'; readonly name: string }
  | { readonly op: 'put-exchange'; readonly record: ExchangeRecord }
  /** Removes the pages of its log too, and its bindings. */
  | (BoundRow & { readonly op: 'delete-exchange' })
  | { readonly op: 'put-queue'; readonly record: QueueRecord }
  /**
   * Removes the queue, its pages with what is known of their messages, the keys it has seen, and the bindings to it; not the bodies that its messages refer to. The queue goes
   * by the number.
   */
  | (BoundRow & { readonly op: 'delete-queue'; readonly id: number })
  | { readonly op: 'put-binding'; readonly record: BindingRecord }
  | { readonly op: 'delete-binding'; readonly record: BindingRecord }
  | { readonly op: 'put-user'; readonly record: UserRecord }
  /** Removes the user's permissions too. */
  | { readonly op: 'delete-user'; readonly name: string }
  | { readonly op: 'put-permission'; readonly record: PermissionRecord }
  | { readonly op: 'delete-permission'; readonly user: string; readonly vhost: string }
  | { readonly op: 'put-parameter'; readonly record: ParameterRecord }
  | { readonly op: 'delete-parameter'; readonly component: string; readonly vhost: string; readonly name: string };
