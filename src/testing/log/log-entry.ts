/** What happened, as the log of a test broker keeps it. */
import { unknownKey } from '../../config/nearest.ts';
import { checkKeys, keysOf } from '../check.ts';
import { checkMatch, type Match } from './match.ts';
import { printMessage, type Received } from './received.ts';

export type LogKind =
  /** A client, or a program, sent a message; a route was found for it, for a dead letter, or for one that had waited at its exchange. */
  | 'published'
  | 'routed'
  /** It waits at a delayed exchange from now on, or goes on from there. */
  | 'delayed'
  | 'released'
  /** No queue took a message: then it went back to its publisher (mandatory), or was gone. */
  | 'returned'
  | 'unroutable'
  /** A queue took it, or did not: it was full, or had had the message before. */
  | 'queued'
  | 'refused'
  | 'duplicate'
  | 'confirmed'
  | 'nacked'
  | 'delivered'
  | 'acked'
  | 'rejected'
  | 'requeued'
  /** A queue gave it up: to its dead letter exchange, or for want of one. `reason`: expired, rejected, maxlen, delivery_limit. */
  | 'dead-lettered'
  | 'dropped'
  /** Somebody moved it on from the queue: redrive. */
  | 'moved'
  /** Somebody cancelled it while it waited: at a delayed exchange, or in a queue before it was to go out again. */
  | 'cancelled'
  | 'purged'
  /** The broker closed a channel or a connection for an error. */
  | 'error'
  /** Somebody wanted a feature that a version of RabbitMQ refuses. `reason`: its name; `what`: for what. */
  | 'deprecated'
  | 'connection-opened'
  | 'connection-closed'
  | 'channel-opened'
  | 'channel-closed'
  | 'consumer-added'
  | 'consumer-cancelled'
  | 'vhost-created'
  | 'vhost-deleted'
  | 'queue-declared'
  | 'queue-deleted'
  | 'exchange-declared'
  | 'exchange-deleted'
  | 'bound'
  | 'unbound';

export interface LogEntry {
  /** Rises from entry to entry. */
  readonly order: number;
  readonly kind: LogKind;
  /** In message time. */
  readonly at: Date;
  readonly vhost: string;
  readonly message?: Received | undefined;
  readonly queue?: string | undefined;
  /** Of bindings, exchanges, and where a route began. */
  readonly exchange?: string | undefined;
  readonly routingKey?: string | undefined;
  /** Queues that a route leads to. */
  readonly queues?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly what?: string | undefined;
  readonly error?: { readonly code: number; readonly text: string } | undefined;
  /** Of who did it, as far as it is known: the connection's name, "CLIENT -> BROKER", and the channel's number; 0 for the connection itself. */
  readonly connection?: string | undefined;
  readonly channel?: number | undefined;
  readonly consumerTag?: string | undefined;
  readonly redelivered?: boolean | undefined;
  /** Messages that were purged; the number of a confirm, and whether it is for all before it. */
  readonly count?: number | undefined;
  readonly multiple?: boolean | undefined;
}

const KINDS = keysOf<Record<LogKind, unknown>>({
  published: true,
  routed: true,
  delayed: true,
  released: true,
  returned: true,
  unroutable: true,
  queued: true,
  refused: true,
  duplicate: true,
  confirmed: true,
  nacked: true,
  delivered: true,
  acked: true,
  rejected: true,
  requeued: true,
  'dead-lettered': true,
  dropped: true,
  moved: true,
  cancelled: true,
  purged: true,
  error: true,
  deprecated: true,
  'connection-opened': true,
  'connection-closed': true,
  'channel-opened': true,
  'channel-closed': true,
  'consumer-added': true,
  'consumer-cancelled': true,
  'vhost-created': true,
  'vhost-deleted': true,
  'queue-declared': true,
  'queue-deleted': true,
  'exchange-declared': true,
  'exchange-deleted': true,
  bound: true,
  unbound: true,
});

/** All that is named. */
export interface LogFilter {
  readonly kind?: LogKind | readonly LogKind[] | undefined;
  readonly queue?: string | undefined;
  /** Of the message, or what the entry is about. */
  readonly exchange?: string | undefined;
  readonly routingKey?: string | RegExp | undefined;
  readonly connection?: string | undefined;
  readonly message?: Match | undefined;
}

const FILTER_KEYS = keysOf<LogFilter>({
  kind: true,
  queue: true,
  exchange: true,
  routingKey: true,
  connection: true,
  message: true,
});

/** Throws TypeError for what is no filter: no entry would ever fit it. */
export function checkFilter(filter: LogFilter): void {
  checkKeys('filter', filter, FILTER_KEYS);
  const { kind = [], message = {} } = filter;
  for (const each of typeof kind === 'string' ? [kind] : kind) {
    if (!KINDS.includes(each)) throw new TypeError(`kind: ${unknownKey(each, KINDS)} (it may be ${KINDS.join(', ')})`);
  }
  checkMatch(message);
}

/** One line about an entry. */
export function printEntry(entry: LogEntry): string {
  const { order, kind, queue, message, reason, what, error, connection, channel, consumerTag, redelivered, queues } =
    entry;
  const parts: string[] = [];
  if (queue !== undefined) parts.push(`queue '${queue}'`);
  if (queues !== undefined)
    parts.push(`to ${queues.length === 0 ? 'no queue' : queues.map((name) => `'${name}'`).join(', ')}`);
  if (reason !== undefined) parts.push(reason);
  if (what !== undefined) parts.push(`for ${what}`);
  if (redelivered === true) parts.push('redelivered');
  if (consumerTag !== undefined) parts.push(`consumer '${consumerTag}'`);
  if (entry.count !== undefined) parts.push(entry.multiple === true ? `up to ${entry.count}` : `${entry.count}`);
  if (error !== undefined) parts.push(`${error.code} ${error.text}`);
  if (connection !== undefined) parts.push(channel ? `${connection} (${channel})` : connection);
  if (message !== undefined) parts.push(printMessage(message));
  else if (entry.exchange !== undefined) parts.push(`exchange '${entry.exchange}' '${entry.routingKey ?? ''}'`);
  if (parts.length === 0) parts.push(`vhost '${entry.vhost}'`);
  return `${order} ${kind}: ${parts.join(', ')}`;
}
