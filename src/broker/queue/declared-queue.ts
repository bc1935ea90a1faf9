/**
 * What queue.declare makes, as vhosts, channels and methods see it: a Queue, which gives each message to one consumer, or a
 * Stream, which keeps them for all. What one of the two cannot do it refuses itself.
 */
import type { FieldTable } from '../../protocol/field-table.ts';
import type { RecoveredLog } from '../../store/stored-records.ts';
import type { QueueDestination } from '../routing/exchange/binding.ts';
import type { KeptMessages } from '../log/kept-messages.ts';
import type { QueueType } from '../arguments/queue-type.ts';
import type { CountedQueue } from '../events/vhost-counters.ts';
import type { MessageSource, MessageTarget } from '../message/message-target.ts';
import type { Message } from '../message/message.ts';
import type { RequeueCause } from './delayed-retry.ts';
import type { Consumer, ConsumerOptions, ConsumerQueue } from './consumer.ts';

/** Stands for the connection that an exclusive queue belongs to; known by identity only. */
export type Owner = object;

export interface QueueOptions {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** Undefined if the queue is not exclusive. */
  readonly owner: Owner | undefined;
  readonly arguments: FieldTable;
}

/** The consumers of a queue. */
export interface ConsumerSet extends Iterable<Consumer> {
  readonly count: number;
  /** Those that `DeclaredQueue.admit` let in; they get messages once they are activated. */
  add(consumer: Consumer): void;
  remove(consumer: Consumer): void;
}

export interface DeclaredQueue extends QueueOptions, QueueDestination, ConsumerQueue, CountedQueue {
  readonly type: QueueType;
  /** Its number in the store, 0 if it is not stored. */
  readonly id: number;
  /** Its messages. */
  readonly log: KeptMessages;
  readonly consumers: ConsumerSet;
  /** How many these are: most queues keep no list of them before they have some. */
  readonly consumerCount: number;
  /** Messages that wait for a consumer, and those that wait for their acknowledgement. */
  readonly ready: number;
  readonly unacked: number;
  /** Messages that came back and wait before they go out again: neither ready nor unacked. */
  readonly delayed: number;
  /** What of that it counted as published came by which exchange, one that is still there. */
  readonly publishedBy: Iterable<readonly [MessageSource, { readonly publish: number }]>;
  /** False while its messages cannot be read: it delivers none. */
  readonly readable: boolean;
  readonly deleted: boolean;
  /** How long a delivery may wait for its acknowledgement, in milliseconds, 0 for ever; undefined if the broker's timeout counts. */
  readonly consumerTimeout: number | undefined;
  /** Takes in what the store has. Called once, before messages come or go. */
  recover(log: RecoveredLog): void;
  /** Arguments and policies together say this now: it counts at once. */
  applySettings(args: FieldTable): void;
  /** It is used: declared again, asked for a message, or left by a consumer. */
  touch(): void;
  /**
   * What the consumer asked for, as far as it counts here. `globalPrefetch`: that of its channel. Throws AmqpError if the
   * queue has nothing for such a consumer.
   */
  admit(asked: ConsumerOptions, globalPrefetch: number): ConsumerOptions;
  /** A consumer is gone. */
  consumerLeft(): void;
  /**
   * Takes the first ready message and shows it to `use`, whose message is only valid inside; false if there is none, undefined if
   * that is not known yet: it is on its way from the store, or many have expired and go first. Throws AmqpError if messages cannot be taken so.
   */
  get(noAck: boolean, use: (message: Message, seq: number, redelivered: boolean) => void): boolean | undefined;
  /** After a `get` that returned undefined: calls back when it is time to ask again. Returns false if that may be at any time. */
  whenAnswered(callback: () => void): boolean;
  /** A delivered message is acknowledged. */
  settle(seq: number): void;
  /** Throws AmqpError if basic.nack, basic.reject and basic.recover are not for what it delivered. */
  checkTakeBack(): void;
  /** A delivered message is rejected for good. */
  reject(seq: number): void;
  /**
   * Offers a copy of a ready message to `send`, which says whether another has taken it: then it leaves the queue, in the same batch of the
   * store. Returns false if it stays, or is not there. Throws AmqpError if nothing is to be taken out.
   */
  transfer(seq: number, send: (message: Message) => boolean): boolean;
  /** A delivered message comes back. The caller dispatches when it has put back all it has. */
  requeue(seq: number, how: RequeueCause): void;
  /** A message that came back, and waits before it goes out again, goes for good. Returns false if it does not wait. */
  cancelRetry(seq: number): boolean;
  /** Gives messages to consumers as long as there are both. */
  dispatch(): void;
  /** Removes the ready messages and returns their number. Throws AmqpError if they are not to be removed. */
  purge(): number;
  /** Throws AmqpError if it is not to be deleted under these conditions. */
  checkDelete(ifUnused: boolean, ifEmpty: boolean): void;
  /** It is deleted: its consumers are cancelled and its messages gone. The vhost has removed its bindings. */
  end(): void;
}

/** What queue.declare made, among all that takes messages. */
export function isQueue(target: MessageTarget): target is DeclaredQueue {
  return target.kind === 'queue';
}
