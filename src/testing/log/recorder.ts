/** Makes entries of what the broker tells its observer, and keeps the newest of them: up to a number, and 64 MiB of bodies. */
import type { BrokerEvent, ChannelIdentity } from '../../broker/events/observer.ts';
import type { Message } from '../../broker/message/message.ts';
import type { Clock } from '../../util/clock.ts';
import { Deque } from '../../util/deque.ts';
import type { LogEntry, LogKind } from './log-entry.ts';
import { ReceivedMessage } from './received.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/** The columns of an entry that are not every entry's. */
type Rest = Omit<LogEntry, 'order' | 'kind' | 'at' | 'vhost'>;

const KIND_OF_OUTCOME = { ack: 'acked', reject: 'rejected', returned: 'requeued', failed: 'requeued' } as const;

/** A delivery that is to be settled. */
type Delivered = Pick<LogEntry, 'message' | 'consumerTag' | 'connection' | 'channel'>;

export class Recorder {
  readonly #entries = new Deque<LogEntry>();
  readonly #clock: Clock;
  readonly #size: number;
  /** By vhost and queue, then by the number of the message. */
  readonly #delivered = new Map<string, Map<number, Delivered>>();
  #order = 0;
  #bytes = 0;
  /** The newest copy: most events are about the message of the one before. */
  #last: ReceivedMessage | undefined;

  /** `size`: how many entries are kept. */
  constructor(clock: Clock, size: number) {
    this.#clock = clock;
    this.#size = size;
  }

  /** Entries that were made up to now. */
  get order(): number {
    return this.#order;
  }

  *[Symbol.iterator](): IterableIterator<LogEntry> {
    for (let i = 0; i < this.#entries.length; i++) yield this.#entries.at(i);
  }

  /** The messages of queues have other numbers now. */
  startedAgain(): void {
    this.#delivered.clear();
  }

  clear(keep: (entry: LogEntry) => boolean): void {
    const kept = [...this].filter(keep);
    this.#entries.clear();
    for (const entry of kept) this.#entries.push(entry);
    this.#bytes = kept.reduce((sum, { message }) => sum + (message?.body.length ?? 0), 0);
  }

  /** Takes an event. What it shows is copied. */
  record(event: BrokerEvent): void {
    const { vhost } = event;
    switch (event.type) {
      case 'published':
        return this.#add('published', vhost, {
          message: this.#copy(event.message, vhost, event.by),
          ...origin(event.by),
        });
      case 'routed': {
        const { exchange, queues } = event;
        return this.#add('routed', vhost, { message: this.#copy(event.message, vhost), exchange, queues });
      }
      case 'delayed':
      case 'released': {
        const { exchange } = event;
        return this.#add(event.type, vhost, { message: this.#copy(event.message, vhost), exchange });
      }
      case 'unroutable':
        return this.#add(event.mandatory ? 'returned' : 'unroutable', vhost, {
          message: this.#copy(event.message, vhost),
        });
      case 'queued':
      case 'refused':
      case 'duplicate':
      case 'moved':
        return this.#add(event.type, vhost, { queue: event.queue, message: this.#copy(event.message, vhost) });
      case 'dead-lettered':
      case 'dropped': {
        const { queue, reason } = event;
        return this.#add(event.type, vhost, { queue, reason, message: this.#copy(event.message, vhost) });
      }
      case 'delivered': {
        const { queue, seq, consumer: consumerTag, noAck, redelivered } = event;
        const delivered = { message: this.#copy(event.message, vhost), consumerTag, ...origin(event.by) };
        if (!noAck) this.#deliveriesOf(vhost, queue).set(seq, delivered);
        return this.#add('delivered', vhost, { queue, redelivered, ...delivered });
      }
      case 'settled': {
        const { queue, seq, outcome } = event;
        const deliveries = this.#deliveriesOf(vhost, queue);
        const delivered = deliveries.get(seq);
        deliveries.delete(seq);
        return this.#add(KIND_OF_OUTCOME[outcome], vhost, { queue, ...delivered });
      }
      case 'confirmed': {
        const { by, publishSeqNo: count, multiple, positive } = event;
        return this.#add(positive ? 'confirmed' : 'nacked', vhost, { count, multiple, ...origin(by) });
      }
      case 'error': {
        const { connection, channel, code, text } = event;
        return this.#add('error', vhost, { connection, channel, error: { code, text } });
      }
      case 'deprecated': {
        const { feature: reason, what, connection } = event;
        return this.#add('deprecated', vhost, { reason, what, connection });
      }
      case 'cancelled':
        return this.#add('cancelled', vhost, whereIn(event));
      case 'purged':
        return this.#add('purged', vhost, { ...whereIn(event), count: event.messages });
      case 'bound':
      case 'unbound': {
        const { source: exchange, routingKey, destination, destinationKind, connection } = event;
        const queue = destinationKind === 'queue' ? destination : undefined;
        return this.#add(event.type, vhost, { exchange, routingKey, queue, connection });
      }
      case 'exchange-declared':
      case 'exchange-deleted':
        return this.#add(event.type, vhost, { exchange: event.exchange, connection: event.connection });
      case 'queue-deleted':
        this.#delivered.delete(placeOf(vhost, event.queue));
        return this.#add(event.type, vhost, { queue: event.queue, connection: event.connection });
      case 'queue-declared':
        return this.#add(event.type, vhost, { queue: event.queue, connection: event.connection });
      case 'consumer-added':
      case 'consumer-cancelled':
        return this.#add(event.type, vhost, { queue: event.queue, consumerTag: event.consumer, ...origin(event.by) });
      case 'channel-opened':
      case 'channel-closed':
        return this.#add(event.type, vhost, origin(event.by));
      case 'connection-opened':
      case 'connection-closed':
        return this.#add(event.type, vhost, { connection: event.connection });
      default:
        return this.#add(event.type, vhost, {});
    }
  }

  #add(kind: LogKind, vhost: string, rest: Rest): void {
    const entry = { order: ++this.#order, kind, at: new Date(this.#clock.now()), vhost, ...rest };
    if (this.#size === 0) return;
    this.#entries.push(entry);
    this.#bytes += entry.message?.body.length ?? 0;
    while (this.#entries.length > this.#size || (this.#bytes > MOST_BYTES && this.#entries.length > 1)) {
      this.#bytes -= this.#entries.shift()!.message?.body.length ?? 0;
    }
  }

  #copy(message: Message, vhost: string, by?: ChannelIdentity): ReceivedMessage {
    if (by === undefined && this.#last?.vhost === vhost && this.#last.isCopyOf(message)) return this.#last;
    return (this.#last = new ReceivedMessage(message, vhost, new Date(this.#clock.now()), by));
  }

  #deliveriesOf(vhost: string, queue: string): Map<number, Delivered> {
    const place = placeOf(vhost, queue);
    let deliveries = this.#delivered.get(place);
    if (deliveries === undefined) this.#delivered.set(place, (deliveries = new Map<number, Delivered>()));
    return deliveries;
  }
}

function origin(by: ChannelIdentity | undefined): Pick<LogEntry, 'connection' | 'channel'> {
  return by === undefined ? {} : { connection: by.connection, channel: by.channel };
}

function whereIn(event: Extract<BrokerEvent, { type: 'cancelled' | 'purged' }>): Pick<LogEntry, 'queue' | 'exchange'> {
  return 'queue' in event ? { queue: event.queue } : { exchange: event.exchange };
}

function placeOf(vhost: string, queue: string): string {
  return `${vhost}\0${queue}`;
}
