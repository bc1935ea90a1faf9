/**
 * A stream (RabbitMQ's page of that name): a queue that keeps its messages for all who want to read them, each consumer from its
 * own offset on. An acknowledgement gives a consumer credit for further messages and takes nothing away; messages go only when the
 * stream has become too long or they too old.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import type { RecoveredLog } from '../../store/stored-records.ts';
import { StoreError } from '../../store/store.ts';
import { printFieldValue } from '../arguments/print.ts';
import { TimerEntry } from '../scheduling/timers.ts';
import * as errors from '../arguments/errors.ts';
import { Message } from '../message/message.ts';
import type { Consumer, ConsumerOptions } from '../queue/consumer.ts';
import type { DeclaredQueue, QueueOptions } from '../queue/declared-queue.ts';
import type { QueueHost } from '../queue/queue-host.ts';
import { QueueIdentity } from '../queue/queue-identity.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import { startingPoint } from './offset.ts';
import { OffsetHeader } from './offset-header.ts';
import { type StreamReader, StreamReaders } from './stream-readers.ts';
import { readStreamSettings, type StreamSettings } from './stream-settings.ts';
import type { LogWaiter } from '../log/log-waiter.ts';
import { awaitStored, NONE, NOT_YET } from '../log/message-log.ts';
import { StreamLog, type StreamLogOwner } from '../log/stream-log.ts';

/** What a filter may pass over before others have their turn: bytes of messages, each with so many more for the look at it. */
const PASSED_OVER_BYTES = 4 * 1024 * 1024;
const LOOK_BYTES = 512;

export class Stream extends QueueIdentity implements DeclaredQueue, StreamLogOwner {
  readonly type = 'stream';
  /** The broker's counts: streams know no argument for it. */
  readonly consumerTimeout = undefined;
  readonly consumers: StreamReaders;
  readonly #host: QueueHost;
  readonly log: StreamLog;
  #settings: StreamSettings;
  #unacked = 0;
  #deleted = false;
  /** What consumers are shown. */
  readonly #view = new Message();
  readonly #header = new OffsetHeader();
  readonly #aging = new TimerEntry('retention', this, () => this.#trim());
  /** The next turn is asked for, for those that were interrupted. */
  #asked = false;

  constructor(options: QueueOptions, id: number, host: QueueHost) {
    super(options, id);
    this.#host = host;
    this.#settings = readStreamSettings(options.arguments);
    const { initialOffset } = this.#settings;
    this.log = new StreamLog(host.node, options.durable ? id : undefined, this, initialOffset);
    this.consumers = new StreamReaders(({ arguments: args }) => this.offsetOf(args)!);
  }

  /** All its messages: what some have read is there for others. */
  get ready(): number {
    return this.log.next - this.log.first;
  }

  /** Offset of the message to come. */
  get next(): number {
    return this.log.next;
  }

  get unacked(): number {
    return this.#unacked;
  }

  /** Nothing comes back to it. */
  get delayed(): number {
    return 0;
  }

  get consumerCount(): number {
    return this.consumers.count;
  }

  /** One reader may be stopped, and others not. */
  get readable(): boolean {
    return true;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  /** What is too old is looked for when the broker has started: that reads messages. */
  recover({ pages }: RecoveredLog): void {
    this.log.recover(pages);
    if (this.#settings.maxAge !== Infinity) this.#host.node.timers.set(this.#aging, this.#now());
  }

  applySettings(args: FieldTable): void {
    this.#settings = readStreamSettings(args);
    this.#host.node.timers.set(this.#aging, this.#now());
  }

  touch(): void {
    // A stream does not expire.
  }

  // Messages

  accept(message: Message, _persistent: boolean, tracker: ConfirmTracker | undefined, publishSeqNo: number): void {
    if (this.#deleted) return;
    const log = this.log;
    const offset = log.append(message, this.#now(), this.#settings);
    this.#host.observer?.({ type: 'queued', vhost: this.#host.name, queue: this.name, message, seq: offset });
    if (!log.stores) {
      this.grown();
      return;
    }
    // Who waits for messages waits for their commit.
    awaitStored(log, offset, tracker, publishSeqNo, this.consumers.waiting.size > 0);
  }

  get(): never {
    throw this.#notSupported('basic.get');
  }

  whenAnswered(): boolean {
    return false;
  }

  purge(): never {
    throw this.#notSupported('queue.purge');
  }

  // Consumers

  admit(asked: ConsumerOptions, globalPrefetch: number): ConsumerOptions {
    const [name, vhost] = [this.name, this.#host.name];
    if (asked.prefetch === 0) {
      const text = `consumer prefetch count is not set for 'queue '${name}' in vhost '${vhost}''`;
      throw new AmqpError('PRECONDITION_FAILED', text);
    }
    if (asked.noAck) throw this.#notSupported('automatic acknowledgement');
    if (globalPrefetch > 0) throw errors.noGlobalPrefetch(name, vhost);
    if (startingPoint(asked.arguments, 0) === undefined) {
      const offset = asked.arguments.get('x-stream-offset')!;
      throw new AmqpError(
        'PRECONDITION_FAILED',
        `invalid arg 'x-stream-offset' for queue '${name}' in vhost '${vhost}': ` +
          `{invalid_stream_offset_arg,{${offset.type},${printFieldValue(offset)}}}`,
      );
    }
    // A stream is for many: RabbitMQ takes the flag for nothing.
    return { ...asked, exclusive: false };
  }

  activate(consumer: Consumer): void {
    const reader = this.consumers.of(consumer);
    if (reader !== undefined) this.#serve(reader);
  }

  consumerLeft(): void {
    // The others have their own places.
  }

  /** Messages from its place on, those too that its filter will pass over; undefined if the place is not known yet. */
  lagOf(consumer: Consumer): number | undefined {
    const next = this.consumers.of(consumer)?.next;
    return next === undefined || next === NOT_YET
      ? undefined
      : Math.max(0, this.log.next - Math.max(next, this.log.first));
  }

  settle(): void {
    this.counters.ack++;
    this.#unacked--;
  }

  checkTakeBack(): void {
    throw this.#notSupported('basic.nack and basic.reject');
  }

  reject(): void {
    this.#unacked--;
  }

  transfer(): never {
    throw this.#notSupported('moving messages');
  }

  /** Its channel is gone. The message never left. */
  requeue(): void {
    this.#unacked--;
  }

  cancelRetry(): boolean {
    return false;
  }

  dispatch(): void {
    // Nothing comes back that another might take.
  }

  // Life

  checkDelete(): void {
    // RabbitMQ deletes a stream whatever the conditions are.
  }

  end(): void {
    this.#deleted = true;
    this.#host.node.timers.set(this.#aging, Infinity);
    for (const consumer of [...this.consumers]) this.#cancel(consumer);
    this.log.drop();
  }

  #cancel(consumer: Consumer): void {
    this.consumers.remove(consumer);
    consumer.target.cancelled(consumer);
  }

  /**
   * Where a consumer with these arguments begins; undefined if they say nothing that makes sense, NOT_YET if it is not known yet, and `waiter` is
   * told when it is. Throws AmqpError if it cannot be read.
   */
  offsetOf(args: FieldTable, waiter: LogWaiter = this): number | undefined {
    const log = this.log;
    const point = startingPoint(args, this.#now());
    if (point === undefined) return undefined;
    switch (point.at) {
      case 'first':
        return log.first;
      case 'last':
        return Math.max(log.first, log.end - 1);
      case 'next':
        return log.next;
      case 'offset':
        return point.offset;
      case 'moment':
        return this.#firstSince(point.moment, waiter);
    }
  }

  /** Throws AmqpError if it cannot be read. */
  #firstSince(moment: number, waiter: LogWaiter): number {
    try {
      return this.log.firstSince(moment, waiter);
    } catch (error) {
      this.#tellUnreadable(error);
      throw errors.stopped(this.name, this.#host.name);
    }
  }

  // StreamLogOwner

  grown(): void {
    if (this.#deleted) return;
    this.#trim();
    for (const reader of this.consumers.waiting) this.#serve(reader);
  }

  loaded(): void {
    if (this.#deleted) return;
    this.#trim();
    for (const reader of [...this.consumers.loading]) this.#serve(reader);
  }

  /** Those who wait for it hear that from the log. */
  unreadable(): void {
    this.loaded();
  }

  /** A consumer that comes to what cannot be read is cancelled; the others may go on. */
  #serve(reader: StreamReader): void {
    try {
      this.#give(reader);
    } catch (error) {
      this.#cancel(reader.consumer);
      this.#tellUnreadable(error);
    } finally {
      this.#view.clear();
    }
  }

  /** Gives the consumer messages as long as there are some and it takes them. */
  #give(reader: StreamReader): void {
    const { consumer, filter } = reader;
    const view = this.#view;
    let passedOver = 0;
    while (consumer.ready) {
      if (reader.next === NOT_YET) reader.next = this.log.firstSince(this.#startingMoment(consumer));
      const offset = reader.next === NOT_YET ? NOT_YET : this.log.read(reader.next, view);
      if (offset === NOT_YET) return this.consumers.awaitLoaded(reader);
      if (offset === NONE) return this.consumers.await(reader);
      if (filter?.passes(view) === false) {
        reader.next = offset + 1;
        passedOver += LOOK_BYTES + view.bodyEnd - view.routeStart;
        if (passedOver < PASSED_OVER_BYTES) continue;
        this.consumers.interrupt(reader);
        this.#dispatchSoon();
        return;
      }
      if (!this.log.attachBody(offset, view)) {
        reader.next = offset;
        return this.consumers.awaitLoaded(reader);
      }
      reader.next = offset + 1;
      this.#header.add(view, offset);
      this.#unacked++;
      consumer.deliver(view, offset, false);
    }
    this.consumers.rest(reader);
  }

  /** Of one that begins at a moment. */
  #startingMoment(consumer: Consumer): number {
    const point = startingPoint(consumer.arguments, this.#now())!;
    return point.at === 'moment' ? point.moment : -Infinity;
  }

  /** A message that a consumer cannot be sent is passed over. */
  undeliverable(reason: unknown): void {
    this.#unacked--;
    this.#host.discarded(this.name, reason);
  }

  /** Throws the error if it is a defect of the broker. */
  #tellUnreadable(error: unknown): void {
    if (!(error instanceof StoreError)) throw error;
    this.#host.unreadable('stream', this.name, error);
  }

  /** Those that were interrupted go on one after the other, a turn each. */
  #dispatchSoon(): void {
    if (this.#asked || this.consumers.interrupted.size === 0) return;
    this.#asked = true;
    this.#host.node.clock.soon(() => {
      this.#asked = false;
      const [reader] = this.consumers.interrupted as ReadonlySet<StreamReader | undefined>;
      try {
        if (reader !== undefined) this.#serve(reader);
      } finally {
        this.#dispatchSoon();
      }
    });
  }

  /** Lets go of what is too much and too old, and waits for the next to become so. */
  #trim(): void {
    const { maxLengthBytes, maxAge } = this.#settings;
    const now = this.#now();
    this.log.trim(maxLengthBytes, maxAge === Infinity ? -Infinity : now - maxAge);
    if (maxAge === Infinity) return;
    const due = (this.log.oldestEnd ?? Infinity) + maxAge + 1;
    // What is too old and still there has yet to be committed: then this is called again.
    this.#host.node.timers.set(this.#aging, due > now ? due : Infinity);
  }

  #notSupported(what: string): AmqpError {
    return new AmqpError(
      'NOT_IMPLEMENTED',
      `${what} not supported by stream queues queue '${this.name}' in vhost '${this.#host.name}'`,
    );
  }

  #now(): number {
    return this.#host.node.timers.clock.now();
  }
}
