/** The messages of a queue, a stream or a delayed exchange where they lie: one after the other, filtered, copied. Nothing of them changes. */
import { decodeFieldAt, fromFieldValue } from '../../codec/field-table.ts';
import type { BasicProperties } from '../../codec/properties.ts';
import type { KeptMessages } from '../log/kept-messages.ts';
import type { LogWaiter } from '../log/log-waiter.ts';
import { NOT_YET } from '../log/message-log.ts';
import { priorityOf } from '../log/priority-log.ts';
import type { Segment } from '../log/segment.ts';
import { StoreError } from '../../store/store.ts';
import { Message } from '../message/message.ts';

/**
 * Of a message in its queue: it waits for a consumer; it is at one; it came back and waits before it is ready again; or it is dead and waits
 * for a queue that takes its letter.
 */
export const MESSAGE_STATES = ['ready', 'unacknowledged', 'delayed', 'dead'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** What a message has to be, to be shown or moved: all that is said. */
export interface MessageFilter {
  readonly state?: MessageState | undefined;
  readonly routingKey?: string | undefined;
  /** A header, with any value or with this one, as text. */
  readonly header?: { readonly name: string; readonly value: string | undefined } | undefined;
  /** It is in the body, as UTF-8. */
  readonly text?: string | undefined;
}

export interface BrowsedMessage {
  /** Names it in its queue, and never another; in a stream its offset. */
  readonly position: number;
  readonly state: MessageState;
  readonly redelivered: boolean;
  /** How often it was delivered. */
  readonly deliveries: number;
  /** When it expires, goes on from its exchange, or, in a stream, came: in milliseconds since the epoch; Infinity for never. */
  readonly moment: number;
  /** When one that came back to its queue is ready again, in milliseconds since the epoch; undefined if it does not wait for that. */
  readonly retriedAt: number | undefined;
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: BasicProperties;
  readonly bodySize: number;
  /** Its beginning. */
  readonly body: Buffer;
}

/** A message where it lies. */
export class Place {
  readonly #log: KeptMessages;
  readonly #segment: Segment;
  readonly #index: number;

  constructor(log: KeptMessages, segment: Segment, index: number) {
    this.#log = log;
    this.#segment = segment;
    this.#index = index;
  }

  get position(): number {
    return this.#segment.base + this.#index;
  }

  /** Of its record, and of its body if that is kept apart. */
  get bytes(): number {
    return this.#segment.storedBytes(this.#index);
  }

  get state(): MessageState {
    if (this.#segment.isReady(this.#index)) return 'ready';
    const due = this.#due;
    if (due === 0) return 'unacknowledged';
    return due > 0 ? 'delayed' : 'dead';
  }

  /** As `MessageLog.wait` was told; 0 if it was not. */
  get #due(): number {
    return this.#segment.redeliveries?.due(this.#index) ?? 0;
  }

  /** The message, with its body, if it is what is asked for; valid in this turn only. NOT_YET if the body is not here yet: `waiter` is told. */
  matching(filter: MessageFilter, waiter: LogWaiter): Message | undefined | typeof NOT_YET {
    const { state, routingKey, header, text } = filter;
    if (state !== undefined && state !== this.state) return undefined;
    const message = new Message();
    this.#segment.view(this.#index, message);
    if (routingKey !== undefined && message.routingKey !== routingKey) return undefined;
    if (header !== undefined && !hasHeader(message, header)) return undefined;
    if (!this.#log.view(this.position, message, waiter)) return NOT_YET;
    if (text !== undefined && !message.body.subarray(message.bodyStart, message.bodyEnd).includes(text))
      return undefined;
    return message;
  }

  show(message: Message, truncate: number): BrowsedMessage {
    const { exchange, routingKey, bodySize, bodyStart } = message;
    const { state } = this;
    return {
      position: this.position,
      state,
      retriedAt: state === 'delayed' ? this.#due : undefined,
      redelivered: this.#segment.redelivered(this.#index),
      deliveries: this.#segment.deliveries(this.#index),
      moment: this.#segment.expiresAt(this.#index),
      exchange,
      routingKey,
      properties: message.decodeProperties(),
      bodySize,
      body: Buffer.from(message.body.subarray(bodyStart, bodyStart + Math.min(truncate, bodySize))),
    };
  }
}

/** Goes through the messages in their order. Between two steps some may go and others come. */
export class Walk {
  readonly #log: KeptMessages;
  readonly #waiter: LogWaiter;
  #from: number | undefined;
  #segment: Segment | undefined;

  /** `from`: number of the first message that is looked at; undefined for the first there is. `waiter`: told when what is NOT_YET here is. */
  constructor(log: KeptMessages, from: number | undefined, waiter: LogWaiter) {
    this.#log = log;
    this.#from = from;
    this.#waiter = waiter;
  }

  /** Undefined if there is none further. Throws StoreError if it cannot be read. */
  next(): Place | undefined | typeof NOT_YET {
    for (;;) {
      const segment = this.#current();
      if (segment === undefined) return undefined;
      const first = Math.max(this.#from!, segment.base);
      if (!segment.loaded && !this.#log.fetch(first, this.#waiter)) return NOT_YET;
      const index = segment.nextKept(first - segment.base);
      if (index >= 0 && segment.base + index >= this.#log.end) return undefined;
      if (index >= 0) {
        this.#from = segment.base + index + 1;
        return new Place(this.#log, segment, index);
      }
      this.#from = segment.base + segment.count;
      this.#segment = undefined;
    }
  }

  /** Has the message that it came to last come once more, if it is still there then. */
  again(): void {
    this.#from!--;
  }

  /** Where the walk would go on; undefined if there is nothing further. */
  rest(): number | undefined {
    return this.#current() === undefined || this.#from! >= this.#log.end ? undefined : this.#from;
  }

  /** The segment that has the next message, which may be none that is kept. */
  #current(): Segment | undefined {
    const [current, from] = [this.#segment, this.#from];
    if (current !== undefined && !current.settled && from! < current.base + current.count) return current;
    this.#segment = undefined;
    for (const segment of this.#log.segments) {
      const { base, count, settled } = segment;
      if (settled || (from !== undefined && !isBefore(from, base + count))) continue;
      // Of a lower priority, what comes first is next.
      if (from === undefined || priorityOf(base) !== priorityOf(from)) this.#from = base;
      return (this.#segment = segment);
    }
    return undefined;
  }
}

/**
 * All messages, with their bodies, in one turn; each is good until the next is asked for. For a store that answers at once: it throws
 * StoreError if a message cannot be read, or has yet to come.
 */
export function* messagesAtHand(log: KeptMessages): Generator<Message> {
  const walk = new Walk(log, undefined, NOBODY_WAITS);
  for (let place = walk.next(); place !== undefined; place = walk.next()) {
    const message = place === NOT_YET ? NOT_YET : place.matching({}, NOBODY_WAITS);
    if (message === NOT_YET) throw new StoreError('a message has yet to come from the store');
    if (message !== undefined) yield message;
  }
}

const NOBODY_WAITS: LogWaiter = { loaded: () => undefined, unreadable: () => undefined };

/** In the order in which they go out: a higher priority first. */
function isBefore(a: number, b: number): boolean {
  const [left, right] = [priorityOf(a), priorityOf(b)];
  return left === right ? a < b : left > right;
}

function hasHeader(
  message: Message,
  { name, value }: { readonly name: string; readonly value: string | undefined },
): boolean {
  const found = message.findHeader(name);
  if (found === undefined || value === undefined) return found !== undefined;
  return String(fromFieldValue(decodeFieldAt(message.properties, found))) === value;
}
