/**
 * What a queue discards of its own accord: what has expired at its head, what is too much, what came back too often, and what it was
 * asked to. It goes to the dead letter exchange in the same batch of the store. Of many a turn discards as many as it has time for.
 */
import { Deque } from '../../util/deque.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import type { SlicedTask } from '../scheduling/time-slices.ts';
import { Message } from '../message/message.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import { checkStrategy } from './dead-letter-strategy.ts';
import { PendingDeadLetters } from './pending-dead-letters.ts';
import { MessageTtl, isOver } from './message-ttl.ts';
import { isLimited, LengthLimit } from './length-limit.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { LogReader } from '../log/log-reader.ts';
import { type MessageLog, NONE, NOT_YET } from '../log/message-log.ts';
import type { DyingQueue, QueueHost } from './queue-host.ts';

/** The queue, as that part of it sees it. */
export interface DiscardingQueue extends DyingQueue {
  readonly deleted: boolean;
  /** Tells, once, of the messages that came back too often before the broker started: see Retries.findTooOften. */
  findTooOften(found: (seq: number) => void): void;
  /** A message is about to leave for good. */
  leaves(seq: number): void;
  /** It leaves. */
  remove(seq: number): void;
  /** Consumers may have waited for what is behind those that went. */
  dispatch(): void;
}

/** True if a queue discards, or cannot in the way that is asked for, whatever comes. */
export function needsDiscards(settings: QueueSettings): boolean {
  return isLimited(settings) || settings.fallsBackToAtMostOnce;
}

interface Condemned {
  readonly seq: number;
  readonly reason: DeathReason;
}

export class Discards implements SlicedTask {
  readonly #queue: DiscardingQueue;
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #host: QueueHost;
  // There may be very many queues that need none of these.
  #limit: LengthLimit | undefined;
  #ttl: MessageTtl | undefined;
  /** Messages that are to go when their turn comes. */
  #condemned: Deque<Condemned> | undefined;
  /** Dead letters that no queue has taken. */
  #pending: PendingDeadLetters | undefined;

  constructor(queue: DiscardingQueue, log: MessageLog, reader: LogReader, host: QueueHost) {
    this.#queue = queue;
    this.#log = log;
    this.#reader = reader;
    this.#host = host;
    this.#limit = LengthLimit.of(queue.settings, log, reader);
    checkStrategy(queue, host);
  }

  /** The queue has other settings: they count at once. */
  applySettings(): void {
    this.#limit = LengthLimit.of(this.#queue.settings, this.#log, this.#reader, this.#limit);
    checkStrategy(this.#queue, this.#host);
    this.#pending?.again();
    this.#dropHead();
  }

  /** The log is back from the store. When the broker has started, all that was unacknowledged is back too, and may be too much. */
  recover(): void {
    if (this.#queue.settings.type === 'quorum') this.#ensurePending().recover();
    this.recount();
    this.expiring();
    this.#host.node.timeSlices.add(this);
  }

  /** The log is not what it was. */
  recount(): void {
    this.#limit?.count(this.#reader);
  }

  /** The queue is deleted. */
  end(): void {
    this.#ttl?.end();
    this.#pending?.end();
  }

  /** Dead letters that no queue has taken; undefined if there were none yet. */
  get pending(): PendingDeadLetters | undefined {
    return this.#pending;
  }

  // Messages come

  /** One of them expires some time. */
  expiring(): void {
    this.#ttl ??= new MessageTtl(this.#queue, this.#host.node.timers, this.#log, this.#reader, () =>
      this.#host.node.timeSlices.do(this),
    );
  }

  /** True if there is no room for the message, and none is made. */
  refuses(message: Message): boolean {
    return this.#limit?.refuses(message, this.#pending) === true;
  }

  /** A message that is to become a dead letter is added all the same, until its turn comes: see QueueHost.deadLetterBurst. */
  get staysForNow(): boolean {
    return this.#queue.settings.overflow === 'reject-publish-dlx' && this.#host.deadLetterBurst;
  }

  /** There is no room for a new message, whether or not a consumer waits for one. */
  refuse(message: Message, tracker: ConfirmTracker | undefined, publishSeqNo: number): void {
    if (this.#queue.settings.overflow === 'reject-publish-dlx')
      this.#host.deadLetter(this.#queue, message, NONE, 'maxlen');
    else this.decline('refused', message);
    tracker?.rejected(publishSeqNo);
  }

  /** The queue does not take a message, and it becomes no dead letter. */
  decline(type: 'refused' | 'duplicate', message: Message): void {
    this.#queue.counters[type]++;
    this.#host.observer?.({ type, vhost: this.#host.name, queue: this.#queue.name, message });
  }

  /** A message was added, and no consumer takes it. `refused`: there was no room for it, and it has to go when its turn comes. */
  added(seq: number, message: Message, expiresAt: number, refused: boolean): void {
    this.#limit?.came(message.bodySize);
    if (this.#host.deadLetterBurst) {
      // There was no room for it: see QueueHost.deadLetterBurst.
      if (refused) this.#condemn(seq, 'maxlen');
      this.#host.node.timeSlices.add(this);
      return;
    }
    // Behind others it waits for its turn, as all that expires does.
    if (this.#log.ready === 1 && isOver(expiresAt, this.#host.node.timers)) this.head();
    else if (expiresAt !== Infinity) this.#ttl?.added(expiresAt);
    this.#dropHead();
  }

  /** A message is ready again. */
  cameBack(seq: number): void {
    this.#limit?.came(this.#log.bodySize(seq));
    this.#dropHead();
    this.watch();
  }

  // Messages go

  /** A ready message with a body of so many bytes leaves the queue. */
  went(bytes: number): void {
    this.#limit?.went(bytes);
  }

  /** What had to go and was not here is. */
  loaded(): void {
    this.#host.node.timeSlices.add(this);
  }

  /** Another message may be the head now. */
  watch(): void {
    this.#ttl?.watch();
  }

  /** The ready message whose turn it is: see LogReader.peek. NOT_YET too if more have expired than this turn has time for. */
  head(): number {
    for (;;) {
      const seq = this.#reader.peek();
      if (seq < 0 || this.#ttl?.hasExpired(seq) !== true) return seq;
      if (!this.#host.node.timeSlices.hasTime()) {
        this.#host.node.timeSlices.add(this);
        return NOT_YET;
      }
      this.#discardReady(seq, 'expired');
    }
  }

  /**
   * Discards a message. Both in one batch of the store: it is in its next queue, or still in this one, whatever happens. Returns false
   * if it cannot be read for its next queue.
   */
  discard(seq: number, reason: DeathReason): boolean {
    if (this.#queue.settings.atLeastOnce) return this.#ensurePending().add(seq, reason);
    // An observer is shown what is dropped: only for that it is read.
    if (this.#queue.settings.deadLetterExchange === undefined && this.#host.observer === undefined) {
      this.#queue.remove(seq);
      this.#queue.counters.discard(reason, false);
      return true;
    }
    this.#queue.leaves(seq);
    return this.#reader.move(seq, (message) => this.#host.deadLetter(this.#queue, message, seq, reason));
  }

  /** See DeclaredQueue.transfer. */
  transfer(seq: number, send: (message: Message) => boolean): boolean {
    const view = new Message();
    if (!this.#log.isReady(seq) || !this.#reader.view(seq, view)) return false;
    const message = view.replacement();
    const bytes = message.bodySize;
    // What it brings about may drive the message out of this queue.
    if (!send(message) || !this.#log.isReady(seq)) return false;
    this.#limit?.went(bytes);
    this.#queue.leaves(seq);
    this.#log.settle(seq, true);
    const { observer, name: vhost } = this.#host;
    observer?.({ type: 'moved', vhost, queue: this.#queue.name, message, seq });
    this.watch();
    return true;
  }

  // SlicedTask: the head's moment has come, or more has to go than one turn had time for.

  get writes(): boolean {
    return true;
  }

  step(): boolean {
    if (this.#queue.deleted) return false;
    if (this.#discardNext()) return true;
    this.#ttl?.await();
    this.#queue.dispatch();
    return false;
  }

  /** Returns false if nothing has to go, or what has to is not here yet. */
  #discardNext(): boolean {
    this.#queue.findTooOften((seq) => {
      this.#condemn(seq, 'delivery_limit');
      this.#host.node.timeSlices.add(this);
    });
    const condemned = this.#condemned?.first;
    if (condemned !== undefined) return this.#execute(condemned);
    const seq = this.#reader.peek();
    if (seq < 0) return false;
    if (this.#ttl?.hasExpired(seq) === true) this.#discardReady(seq, 'expired');
    else if (this.#limit?.exceeded === true) this.#discardReady(seq, 'maxlen');
    else return false;
    return true;
  }

  #condemn(seq: number, reason: DeathReason): void {
    (this.#condemned ??= new Deque()).push({ seq, reason });
  }

  /** It may have gone another way since it was to go, or be at a consumer. Returns false if it is not here yet. */
  #execute({ seq, reason }: Condemned): boolean {
    if (!this.#reader.fetch(seq)) return false;
    this.#condemned!.shift();
    if (this.#log.isReady(seq)) this.#discardReady(seq, reason);
    return true;
  }

  /** Until the queue is no longer than it may be: one message, as a rule. */
  #dropHead(): void {
    if (this.#limit?.exceeded !== true) return;
    const seq = this.#reader.peek();
    if (seq >= 0) this.#discardReady(seq, 'maxlen');
    if (this.#limit.exceeded) this.#host.node.timeSlices.do(this);
    else this.watch();
  }

  #ensurePending(): PendingDeadLetters {
    return (this.#pending ??= new PendingDeadLetters(this.#queue, this.#log, this.#reader, this.#host));
  }

  #discardReady(seq: number, reason: DeathReason): void {
    const bytes = this.#limit === undefined ? 0 : this.#log.bodySize(seq);
    // Before it goes: what its dead letter drives out of other queues may come here in the same call, and is to find its room.
    this.#limit?.went(bytes);
    if (!this.discard(seq, reason)) this.#limit?.came(bytes);
  }
}
