/**
 * What a queue gives up of its own accord: what has expired at its head, what is too much, what came back too often, and what it was
 * asked to. It goes to the dead letter exchange in the same batch of the store. Of many a turn gives up what it has time for.
 */
import { Deque } from '../../util/deque.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import type { SlicedTask } from '../scheduling/time-slices.ts';
import type { Message } from '../message/message.ts';
import { Expiry, isOver } from './expiry.ts';
import { LengthLimit } from './length-limit.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { MessageLog } from '../log/message-log.ts';
import type { DyingQueue, QueueHost } from './queue-host.ts';

/** The queue, as that part of it sees it. */
export interface GivingQueue extends DyingQueue {
  readonly deleted: boolean;
  /** A message that came back too often before the broker started, and is ready: see Returns.tooOften. -1 where there is none. */
  nextTooOften(): number;
  /** Consumers may have waited for what is behind those that went. */
  dispatch(): void;
}

export class GivingUp implements SlicedTask {
  readonly #queue: GivingQueue;
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #host: QueueHost;
  // There may be very many queues that need none of these.
  #limit: LengthLimit | undefined;
  #expiry: Expiry | undefined;
  /** Letters that there was no room for: see QueueHost.manyLetters. */
  #refused: Deque<number> | undefined;

  constructor(queue: GivingQueue, log: MessageLog, reader: LogReader, host: QueueHost) {
    this.#queue = queue;
    this.#log = log;
    this.#reader = reader;
    this.#host = host;
    this.#limit = LengthLimit.of(queue.settings, log, reader);
  }

  /** The queue has other settings: they count at once. */
  applySettings(): void {
    this.#limit = LengthLimit.of(this.#queue.settings, this.#log, this.#reader, this.#limit);
    this.#dropHead();
  }

  /** The log is back from the store. When the broker has started, all that was unacknowledged is back too, and may be too much. */
  recover(): void {
    this.recount();
    this.expiring();
    this.#host.timeSlices.add(this);
  }

  /** The log is not what it was. */
  recount(): void {
    this.#limit?.count(this.#reader);
  }

  /** The queue is deleted. */
  end(): void {
    this.#expiry?.end();
  }

  // Messages come

  /** One of them expires some time. */
  expiring(): void {
    this.#expiry ??= new Expiry(this.#host.deadlines, this.#log, this.#reader, () => this.#host.timeSlices.do(this));
  }

  /** True where there is no room for the message, and none is made. */
  refuses(message: Message): boolean {
    return this.#limit?.refuses(message) === true;
  }

  /** A message was added, and no consumer takes it. `refused`: there was no room for it, and it has to go when its turn comes. */
  added(seq: number, message: Message, deadline: number, refused: boolean): void {
    this.#limit?.came(message.bodySize);
    if (this.#host.manyLetters) {
      if (refused) (this.#refused ??= new Deque()).push(seq);
      this.#host.timeSlices.add(this);
      return;
    }
    // Behind others it waits for its turn, as all that expires does.
    if (this.#log.ready === 1 && isOver(deadline, this.#host.deadlines)) this.head();
    else if (deadline !== Infinity) this.#expiry?.added(deadline);
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

  /** Another message may be the head now. */
  watch(): void {
    this.#expiry?.watch();
  }

  /** The ready message whose turn it is; -1 where there is none yet: more have expired than this turn has time for. */
  head(): number {
    for (;;) {
      const seq = this.#reader.peek();
      if (seq < 0 || this.#expiry?.hasExpired(seq) !== true) return seq;
      if (!this.#host.timeSlices.hasTime()) {
        this.#host.timeSlices.add(this);
        return -1;
      }
      this.#giveUpReady(seq, 'expired');
    }
  }

  /**
   * Gives a message up. Both in one batch of the store: it is in its next queue, or still in this one, whatever happens. Returns false
   * where it cannot be read for its next queue.
   */
  giveUp(seq: number, reason: DeathReason): boolean {
    if (this.#queue.settings.deadLetterExchange === undefined) {
      this.#log.settle(seq);
      return true;
    }
    return this.#reader.move(seq, (message) => this.#host.deadLetter(this.#queue, message, reason));
  }

  // SlicedTask: the head's moment has come, or more has to go than one turn had time for.

  get writes(): boolean {
    return true;
  }

  step(): boolean {
    if (this.#queue.deleted) return false;
    if (this.#giveUpNext()) return true;
    this.#expiry?.await();
    this.#queue.dispatch();
    return false;
  }

  /** Returns false where nothing has to go. */
  #giveUpNext(): boolean {
    const tooOften = this.#queue.nextTooOften();
    if (tooOften >= 0) return this.#giveUpIfReady(tooOften, 'delivery_limit');
    const refused = this.#refused?.shift();
    if (refused !== undefined) return this.#giveUpIfReady(refused, 'maxlen');
    const seq = this.#reader.peek();
    if (seq < 0) return false;
    if (this.#expiry?.hasExpired(seq) === true) this.#giveUpReady(seq, 'expired');
    else if (this.#limit?.exceeded === true) this.#giveUpReady(seq, 'maxlen');
    else return false;
    return true;
  }

  /** It may have gone another way since it was to go, or be at a consumer. */
  #giveUpIfReady(seq: number, reason: DeathReason): true {
    if (this.#log.isReady(seq)) this.#giveUpReady(seq, reason);
    return true;
  }

  /** Until the queue is no longer than it may be: one message, as a rule. */
  #dropHead(): void {
    if (this.#limit?.exceeded !== true) return;
    const seq = this.#reader.peek();
    if (seq >= 0) this.#giveUpReady(seq, 'maxlen');
    if (this.#limit.exceeded) this.#host.timeSlices.do(this);
    else this.watch();
  }

  #giveUpReady(seq: number, reason: DeathReason): void {
    const bytes = this.#limit === undefined ? 0 : this.#log.bodySize(seq);
    // Before it goes: what its letter drives out of other queues may come here in the same call, and is to find its room.
    this.#limit?.went(bytes);
    if (!this.giveUp(seq, reason)) this.#limit?.came(bytes);
  }
}
