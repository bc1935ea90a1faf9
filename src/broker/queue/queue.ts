/** A queue: the messages it keeps, the consumers they go to, and the rules between the two. */
import type { FieldTable } from '../../protocol/field-table.ts';
import type { RecoveredLog } from '../../store/stored-records.ts';
import { deduplicate } from '../deduplication/deduplicate.ts';
import type { Deduplication } from '../deduplication/deduplication.ts';
import * as errors from '../arguments/errors.ts';
import type { QueueType } from '../arguments/queue-type.ts';
import { countGet } from '../events/counters.ts';
import { PublisherThrottle } from '../flow/publisher-throttle.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import type { Message } from '../message/message.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import { admitConsumer } from './admission.ts';
import type { Consumer, ConsumerOptions } from './consumer.ts';
import { Consumers } from './consumers.ts';
import type { DeclaredQueue, QueueOptions } from './declared-queue.ts';
import type { RequeueCause } from './delayed-retry.ts';
import { checkDelete } from './deletion.ts';
import { QueueExpiry } from './queue-expiry.ts';
import { expiryOf, isOver } from './message-ttl.ts';
import { type DiscardingQueue, Discards, needsDiscards } from './discards.ts';
import { LogReader, type LogReaderOwner } from '../log/log-reader.ts';
import { messagePriority } from './message-properties.ts';
import { awaitStored, type MessageLog, NONE } from '../log/message-log.ts';
import type { QueueHost } from './queue-host.ts';
import { QueueIdentity } from './queue-identity.ts';
import { Retries } from './retries.ts';
import { type QueueSettings, readSettings } from './queue-settings.ts';

export class Queue extends QueueIdentity implements DeclaredQueue, LogReaderOwner, DiscardingQueue {
  readonly log: MessageLog;
  // There may be very many queues that rest: what most of them never need is made when it is.
  #consumers: Consumers | undefined;
  readonly #host: QueueHost;
  #logReader: LogReader | undefined;
  #settings: QueueSettings;
  #dispatching = false;
  #throttle: PublisherThrottle | undefined;
  #discards: Discards | undefined;
  #deleted = false;
  #queueExpiry: QueueExpiry | undefined;
  /** Made when a message comes back if that counts. */
  #retries: Retries | undefined;
  /** Undefined if a message may come again. */
  #deduplication: Deduplication | undefined;

  constructor(options: QueueOptions, id: number, log: MessageLog, host: QueueHost) {
    super(options, id);
    this.log = log;
    this.#host = host;
    this.#settings = readSettings(options.arguments, host.node.rules.values);
    if (needsDiscards(this.#settings)) this.#ensureDiscards();
    this.#deduplicate();
    this.touch();
  }

  get type(): QueueType {
    return this.#settings.type;
  }

  get consumers(): Consumers {
    return (this.#consumers ??= new Consumers(this.#settings));
  }

  get consumerCount(): number {
    return this.#consumers?.count ?? 0;
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  get ready(): number {
    return this.log.ready;
  }

  get unacked(): number {
    return this.log.unacked - this.delayed - this.messagesDlx;
  }

  get delayed(): number {
    return this.#retries?.waiting ?? 0;
  }

  get readable(): boolean {
    return this.#logReader?.stopped !== true;
  }

  /** Dead letters that wait for a queue that takes them. */
  get messagesDlx(): number {
    return this.#discards?.pending?.count ?? 0;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  get consumerTimeout(): number | undefined {
    return this.#settings.consumerTimeout;
  }

  /** Takes in what the store has of this queue. What of it is expired or too much goes when the broker has started. */
  recover({ pages, delivered, deliveredByPriority }: RecoveredLog): void {
    this.log.recover(pages, delivered, deliveredByPriority);
    this.#deduplication?.recover();
    if (this.log.ready === 0) return;
    if (this.#settings.countsRetries) this.#ensureRetries().recover();
    this.#ensureDiscards().recover();
  }

  applySettings(args: FieldTable): void {
    const { expires } = this.#settings;
    this.#settings = readSettings(args, this.#host.node.rules.values);
    this.#deduplicate();
    // A policy for other queues, or for other settings, is no use of this one.
    if (expires !== this.#settings.expires) this.touch();
    if (this.#discards !== undefined || needsDiscards(this.#settings)) this.#ensureDiscards().applySettings();
  }

  touch(): void {
    const { expires } = this.#settings;
    if (expires !== undefined) this.#queueExpiry ??= new QueueExpiry(this, this.#host);
    this.#queueExpiry?.begin(expires);
  }

  /**
   * Takes a message: to a consumer at once if one is waiting, else behind the others.
   * `tracker` and `publishSeqNo` say who waits for the message to be safe; undefined if nobody does.
   */
  accept(message: Message, persistent: boolean, tracker: ConfirmTracker | undefined, publishSeqNo: number): void {
    if (this.#deleted) return;
    const log = this.log;
    const key = this.#deduplication?.keyOf(message);
    if (key !== undefined && this.#deduplication!.isRepeat(key, tracker, publishSeqNo)) {
      return this.#ensureDiscards().decline('duplicate', message);
    }
    const { type, maxPriority, defaultPriority, messageTtl } = this.#settings;
    const refused = this.#discards?.refuses(message) === true;
    if (refused && !this.#discards!.staysForNow) return this.#discards!.refuse(message, tracker, publishSeqNo);
    // A quorum queue stores all that it takes, whatever the delivery mode (RabbitMQ: Quorum Queues).
    const stored = log.stores && (persistent || type === 'quorum');
    if (key !== undefined) this.#deduplication!.taken(key, stored, tracker, publishSeqNo);
    // Not one whose body left memory on its way here: that is read again when it is dispatched.
    const consumer = log.ready === 0 && !this.#dispatching && message.isWhole ? this.#consumers?.next() : undefined;
    if (consumer?.noAck === true) {
      this.#tellQueued(message, NONE);
      if (!consumer.deliver(message, NONE, false)) this.#host.deadLetter(this, message, NONE, 'delivery_limit');
      return;
    }
    const { timers } = this.#host.node;
    const expiresAt = expiryOf(message, messageTtl, timers);
    // A consumer may take it, and give it back.
    if (expiresAt !== Infinity) this.#ensureDiscards().expiring();
    // What has expired as it comes is kept only if its publisher waits for it: the log tells when its dead letter is stored.
    const over = consumer === undefined && log.ready === 0 && isOver(expiresAt, timers) && !this.#host.deadLetterBurst;
    if (over && (tracker === undefined || !stored)) {
      this.#tellQueued(message, NONE);
      return this.#host.deadLetter(this, message, NONE, 'expired');
    }
    const priority = maxPriority === 0 ? 0 : messagePriority(message, maxPriority, defaultPriority);
    const seq = log.append(message, stored, expiresAt, priority);
    this.#tellQueued(message, seq);
    if (key !== undefined) this.#deduplication!.added(key, seq, stored);
    if (stored) awaitStored(log, seq, tracker, publishSeqNo);
    if (consumer !== undefined) {
      log.take(seq);
      if (!consumer.deliver(message, seq, false)) this.#discard(seq, 'delivery_limit');
    } else {
      if (this.#throttle?.grew(log.ready) === true) this.#host.node.throttleSignal.raise();
      this.#discards?.added(seq, message, expiresAt, refused);
      if (!message.isWhole) this.dispatch();
    }
  }

  dispatch(): void {
    if (this.#dispatching || this.#deleted) return;
    this.#dispatching = true;
    try {
      while (this.log.ready > 0) {
        const consumer = this.#consumers?.next();
        if (consumer === undefined) break;
        const seq = this.#head();
        if (seq < 0) break;
        (this.#throttle ??= new PublisherThrottle()).followed();
        const view = this.#show(seq);
        if (view === undefined) break;
        const redelivered = this.log.redelivered(seq);
        if (redelivered && this.#settings.countsRetries) this.#ensureRetries().goOut(seq, view, consumer.noAck);
        const { noAck } = consumer;
        if (!noAck) this.log.take(seq);
        if (!consumer.deliver(view, seq, redelivered)) this.#discard(seq, 'delivery_limit');
        else if (noAck) this.remove(seq);
      }
      this.#discards?.watch();
    } finally {
      this.#dispatching = false;
      this.#logReader?.clear();
    }
  }

  get(noAck: boolean, use: (message: Message, seq: number, redelivered: boolean) => void): boolean | undefined {
    this.touch();
    if (this.#reader.tryAgain() === undefined) return undefined;
    const seq = this.#head();
    const view = seq < 0 ? undefined : this.#show(seq);
    if (this.#reader.stopped) throw errors.stopped(this.name, this.#host.name);
    if (seq === NONE) {
      this.counters.getEmpty++;
      return false;
    }
    if (view === undefined) return undefined;
    const redelivered = this.log.redelivered(seq);
    if (redelivered && this.#settings.countsRetries) this.#ensureRetries().goOut(seq, view, noAck);
    if (!noAck) this.log.take(seq);
    try {
      use(view, seq, redelivered);
      if (noAck) this.remove(seq);
    } catch (error) {
      this.undeliverable(error);
      this.#discard(seq, 'delivery_limit');
      return undefined;
    } finally {
      view.clear();
    }
    countGet(this.counters, noAck, redelivered);
    this.#discards?.watch();
    return true;
  }

  settle(seq: number): void {
    if (this.#deleted) return;
    this.counters.ack++;
    this.remove(seq);
  }

  leaves(seq: number): void {
    this.#deduplication?.left(seq);
  }

  remove(seq: number): void {
    // What it was given to may have ended the queue.
    if (this.#deleted) return;
    this.leaves(seq);
    this.log.settle(seq);
  }

  /** It takes everything back. */
  checkTakeBack(): void {}

  reject(seq: number): void {
    if (!this.#deleted) this.#discard(seq, 'rejected');
  }

  transfer(seq: number, send: (message: Message) => boolean): boolean {
    return !this.#deleted && this.#ensureDiscards().transfer(seq, send);
  }

  /** Back to its own place, now or later, unless it came back too often. */
  requeue(seq: number, how: RequeueCause): void {
    if (this.#deleted) return;
    const fate = this.#settings.countsRetries ? this.#ensureRetries().add(seq, how, this.#settings) : 'ready';
    if (fate === 'ready') this.#putBack(seq);
    else if (fate === 'too often') this.#discard(seq, 'delivery_limit');
  }

  cancelRetry(seq: number): boolean {
    const waited = !this.#deleted && this.#retries?.cancelOne(seq) === true;
    if (!waited) return false;
    this.remove(seq);
    this.#host.observer?.({ type: 'cancelled', vhost: this.#host.name, queue: this.name, seq });
    return true;
  }

  /** `anew`: keys of earlier messages are forgotten too, as if none had come. */
  purge(anew = false): number {
    const { delayed } = this;
    for (const seq of this.#retries?.cancel() ?? []) this.log.settle(seq);
    const purged = delayed + this.log.purge();
    this.#discards?.recount();
    this.#deduplication?.[anew ? 'clear' : 'purged']();
    this.#logReader?.resume();
    return purged;
  }

  admit(asked: ConsumerOptions, globalPrefetch: number): ConsumerOptions {
    if (this.#reader.tryAgain() === false) throw errors.stopped(this.name, this.#host.name);
    return admitConsumer(asked, globalPrefetch, this, this.#host.name);
  }

  activate(consumer: Consumer): void {
    this.consumers.activate(consumer);
    if (this.log.ready > 0) this.dispatch();
  }

  /** The messages may be another's now. */
  consumerLeft(): void {
    this.touch();
    if (this.log.ready > 0) this.dispatch();
  }

  checkDelete(ifUnused: boolean, ifEmpty: boolean): void {
    checkDelete(this, this.#host.name, ifUnused, ifEmpty);
  }

  end(): void {
    this.#deleted = true;
    this.#discards?.end();
    this.#queueExpiry?.end();
    this.#retries?.cancel();
    this.#deduplication?.end();
    this.#consumers?.cancel();
    this.#reader.drop();
  }

  undeliverable(reason: unknown): void {
    this.#host.discarded(this.name, reason);
  }

  loaded(): void {
    this.dispatch();
    this.#discards?.loaded();
  }

  whenAnswered(callback: () => void): boolean {
    return this.#reader.whenAnswered(callback);
  }

  /** A message cannot be read: the queue takes messages, and delivers none. Other queues are not concerned. */
  stopped(reason: Error): void {
    this.#host.unreadable('queue', this.name, reason);
    this.consumers.cancel();
  }

  findTooOften(found: (seq: number) => void): void {
    this.#retries?.findTooOften(this.#settings, found);
  }

  get #reader(): LogReader {
    return (this.#logReader ??= new LogReader(this.log, this));
  }

  #ensureDiscards(): Discards {
    return (this.#discards ??= new Discards(this, this.log, this.#reader, this.#host));
  }

  #tellQueued(message: Message, seq: number): void {
    this.#host.observer?.({ type: 'queued', vhost: this.#host.name, queue: this.name, message, seq });
  }

  #head(): number {
    return this.#discards === undefined ? this.#reader.peek() : this.#discards.head();
  }

  #deduplicate(): void {
    this.#deduplication = deduplicate(this.#deduplication, this.#settings.deduplication, this.#host.node, {
      name: this.name,
      log: this.log,
      storedAs: this.log.stores ? this.id : undefined,
      isDead: (seq) => this.#discards?.pending?.has(seq) === true,
      keysUnreadable: (reason) => this.#host.unreadable('keys', this.name, reason),
    });
  }

  /** A message goes; if it cannot be read for its next queue, it is ready again. */
  #discard(seq: number, reason: DeathReason): void {
    if (!this.#ensureDiscards().discard(seq, reason) && !this.log.isReady(seq)) this.log.requeue(seq);
  }

  #putBack(seq: number): void {
    this.log.requeue(seq);
    this.#discards?.cameBack(seq);
  }

  #ensureRetries(): Retries {
    return (this.#retries ??= new Retries(this, this.#host.node, this.log, this.#reader, (seqs) => {
      for (const seq of seqs) this.#putBack(seq);
      this.dispatch();
    }));
  }

  /** The view of a ready message that is about to leave the queue; undefined if it cannot be read. */
  #show(seq: number): Message | undefined {
    const view = this.#reader.show(seq);
    if (view !== undefined) this.#discards?.went(view.bodySize);
    return view;
  }
}
