/** A queue of the broker's model, and what is in it. */
import type { Headers } from './dead-letter.model.ts';

export interface MessageModel {
  readonly body: string;
  readonly exchange: string;
  readonly key: string;
  readonly persistent: boolean;
  readonly priority: number | undefined;
  readonly expiration: string | undefined;
  readonly headers: Headers;
}

export interface QueueDeclaration {
  readonly name: string;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Headers;
}

export interface Entry {
  readonly message: MessageModel;
  readonly seq: number;
  readonly level: number;
  readonly expiresAt: number;
  readonly stored: boolean;
  ready: boolean;
  delivered: boolean;
  returns: number;
}

export interface ConsumerModel {
  readonly tag: string;
  readonly channel: number;
  readonly queue: QueueModel;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly priority: number;
  readonly prefetch: number;
  unacked: number;
  /** A delivery of its was settled just now: until all that the client settled is, it may or may not count as able. */
  held: boolean;
}

export interface QueueModel extends QueueDeclaration {
  entries: Entry[];
  consumers: ConsumerModel[];
  usedAt: number;
  dispatching: boolean;
  deleted: boolean;
}

/** What waits for an acknowledgement; its tag is the broker's choice. */
export interface Unacked {
  readonly channel: number;
  tag: number;
  readonly queue: QueueModel;
  readonly entry: Entry;
  readonly consumer: ConsumerModel | undefined;
}

/** What a client is to see. */
export interface Shown {
  readonly what: 'deliver' | 'get' | 'return' | 'cancel';
  readonly channel: number;
  /** The queue it is from; of a return none. */
  readonly queue: string;
  readonly consumer: string;
  readonly redelivered: boolean;
  readonly message: MessageModel | undefined;
}

export function hasRoom({ noAck, prefetch, unacked }: ConsumerModel): boolean {
  return noAck || prefetch === 0 || unacked < prefetch;
}

/** One of its deliveries is settled. */
export function giveCredit(consumer: ConsumerModel): void {
  consumer.held ||= !hasRoom(consumer);
  consumer.unacked--;
}

export function inOrder(deliveries: readonly Unacked[]): Unacked[] {
  return [...deliveries].sort((a, b) => a.tag - b.tag);
}

/** What may be delivered, as it comes. */
export function ready(queue: QueueModel): Entry[] {
  return queue.entries.filter((entry) => entry.ready).sort((a, b) => b.level - a.level || a.seq - b.seq);
}

/** When what comes next expires. */
export function headAt(queue: QueueModel): number {
  return ready(queue).at(0)?.expiresAt ?? Infinity;
}

export function remove(queue: QueueModel, entry: Entry): void {
  queue.entries = queue.entries.filter((other) => other !== entry);
}

/** Another of its key is there, at a consumer perhaps. */
export function isRepeat(queue: QueueModel, { headers }: MessageModel): boolean {
  const key = headers['x-deduplication-header'];
  return key !== undefined && queue.entries.some(({ message }) => message.headers['x-deduplication-header'] === key);
}

/** As a consumer is shown it: with the number of its returns, where there were any. */
export function counted({ message, returns }: Entry): MessageModel {
  return returns === 0 ? message : { ...message, headers: { ...message.headers, 'x-delivery-count': returns } };
}

/** All that a message is routed by. */
export function keysOf({ key, headers }: MessageModel): readonly string[] {
  return [key, ...((headers['CC'] ?? []) as string[]), ...((headers['BCC'] ?? []) as string[])];
}

/** No receiver sees it. */
export function withoutBcc(message: MessageModel): MessageModel {
  const headers = { ...message.headers };
  delete headers['BCC'];
  return { ...message, headers };
}

/** Whether another consumer may be added. */
export function mayConsume(queue: QueueModel, exclusive: boolean): boolean {
  if (queue.arguments['x-queue-type'] === 'quorum') return true;
  if (queue.consumers.some((consumer) => consumer.exclusive)) return false;
  return !exclusive || (queue.consumers.length === 0 && queue.arguments['x-single-active-consumer'] !== true);
}

/** The messages of a quorum queue that was declared with a single active consumer are that one's alone. */
export function mayGet({ arguments: args }: QueueModel): boolean {
  return args['x-queue-type'] !== 'quorum' || args['x-single-active-consumer'] !== true;
}
