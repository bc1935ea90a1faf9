/**
 * The messages that wait at a delayed exchange. They lie in a log of their own, as those of a queue do, and so page out of
 * memory and outlive a restart; beside it stands for each the moment at which it goes on. At that moment it leaves the log and
 * goes to its queues in one batch of the store: it is here or there, whatever happens.
 */
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { Observer } from '../events/observer.ts';
import type { Scheduling } from '../scheduling/scheduling.ts';
import { TimerEntry } from '../scheduling/timers.ts';
import { DueQueue } from '../log/due-queue.ts';
import type { Message } from '../message/message.ts';
import { QueueLog } from '../log/log.ts';
import type { LogContext } from '../log/log-context.ts';
import { isReadFailure } from '../log/log-reader.ts';
import type { KeptMessages } from '../log/kept-messages.ts';
import type { LogWaiter } from '../log/log-waiter.ts';
import { awaitStored, NONE, NOT_YET } from '../log/message-log.ts';
import type { ConfirmTracker, MessageTarget } from '../message/message-target.ts';
import { delayOf, markWaited } from '../message/delay-header.ts';

/** The exchange that messages wait at. */
export interface DelayingExchange {
  readonly name: string;
  /** Its vhost. */
  readonly vhost: { readonly name: string; readonly observer: Observer | undefined };
  /** The message's time has come: it is routed from the exchange on. */
  sendThrough(message: Message): void;
  /** A message cannot be sent on; others are not concerned. */
  lost(reason: unknown): void;
  /** What waits cannot be read, and so none of it goes on. Told once, until `wentOn`. */
  stopped(reason: Error): void;
  /** What waits goes on again: it could be read after all, or is purged. */
  wentOn(): void;
}

/** Whatever a message asks for, it goes on before the numbers of milliseconds end. */
const LATEST = Number.MAX_SAFE_INTEGER;
/** What goes on at once, before others have their turn: messages, and pieces of the log that had to be read again for them. */
const MESSAGES_AT_ONCE = 1000;
const READS_AT_ONCE = 8;
/** Milliseconds until what could not be read is read again: the disk may be well by then. */
const READ_AGAIN_AFTER = 5000;

export class DelayedMessages implements MessageTarget, LogWaiter {
  /** Number of its log in the store; undefined if nothing of it is stored. */
  readonly logId: number | undefined;
  readonly #node: LogContext & Scheduling;
  readonly #exchange: DelayingExchange;
  readonly #log: QueueLog;
  readonly #dueQueue: DueQueue;
  readonly #timer = new TimerEntry('delay', this, () => this.#due());
  /** What was stored before the start has yet to be read from here on, up to the end; Infinity if all is read. */
  #readFrom = Infinity;
  #readEnd = 0;
  /** Nothing goes on before the store has written what it has to write. */
  #held = false;
  /** What goes on next is on its way from the store. */
  #awaited = false;
  /** The log cannot be read, and nothing goes on before that moment; 0 if it can. */
  #readAgainAt = 0;
  #ended = false;

  constructor(node: LogContext & Scheduling, logId: number | undefined, exchange: DelayingExchange) {
    this.logId = logId;
    this.#node = node;
    this.#exchange = exchange;
    this.#log = new QueueLog(node, logId);
    this.#log.owner = this;
    this.#dueQueue = new DueQueue(node.memory);
  }

  get name(): string {
    return this.#exchange.name;
  }

  get log(): KeptMessages {
    return this.#log;
  }

  get deleted(): boolean {
    return this.#ended;
  }

  get count(): number {
    return this.#log.ready;
  }

  /** When the next message goes on, in milliseconds since the epoch; undefined if none waits, or none is known yet. */
  get next(): number | undefined {
    return this.#dueQueue.length === 0 ? undefined : this.#dueQueue.at;
  }

  /** Takes in what the store has. The messages are read once the broker runs, a piece at a time; until then none goes on. */
  recover(pages: readonly RecoveredPage[]): void {
    if (pages.length === 0) return;
    this.#log.recover(pages, 0);
    this.#readFrom = 0;
    this.#readEnd = this.#log.end;
    this.#wind();
  }

  accept(message: Message, persistent: boolean, tracker: ConfirmTracker | undefined, publishSeqNo: number): void {
    const log = this.#log;
    const due = Math.min(this.#now() + delayOf(message), LATEST);
    const stored = persistent && log.stores;
    const seq = log.append(message, stored, due);
    this.#exchange.vhost.observer?.({ type: 'delayed', ...this.#place, message, seq });
    if (stored) awaitStored(log, seq, tracker, publishSeqNo);
    this.#dueQueue.push(due, seq);
    if (due < this.#timer.at) this.#wind();
  }

  /** Cancels one that is in memory. Returns false if there is none such. */
  cancel(seq: number): boolean {
    if (!this.#log.isReady(seq)) return false;
    this.#log.settle(seq);
    // One that was not read yet is not there, and will not be found.
    this.#dueQueue.remove(seq);
    this.#wind();
    this.#exchange.vhost.observer?.({ type: 'cancelled', ...this.#place, seq });
    return true;
  }

  /** Cancels all that wait and returns their number. */
  purge(): number {
    this.#dueQueue.clear();
    this.#readFrom = Infinity;
    this.#wentOn();
    this.#wind();
    const messages = this.#log.purge();
    this.#exchange.vhost.observer?.({ type: 'purged', ...this.#place, messages });
    return messages;
  }

  /** The exchange is deleted, and what waited for it is cancelled. */
  end(): void {
    this.#ended = true;
    this.#dueQueue.clear();
    this.#node.timers.set(this.#timer, Infinity);
    this.#log.drop();
  }

  #due(): void {
    if (this.#ended) return;
    try {
      if (this.#readFrom < this.#readEnd) this.#readOn();
      else this.#release();
    } catch (error) {
      this.#stop(error as Error);
    } finally {
      this.#wind();
    }
  }

  // LogWaiter

  loaded(): void {
    this.#awaited = false;
    this.#wind();
  }

  unreadable(reason: Error): void {
    this.#stop(reason);
    this.loaded();
  }

  #stop(reason: Error): void {
    const known = this.#readAgainAt > 0;
    this.#readAgainAt = this.#now() + READ_AGAIN_AFTER;
    if (!known) this.#exchange.stopped(reason);
  }

  #wentOn(): void {
    if (this.#readAgainAt === 0) return;
    this.#readAgainAt = 0;
    this.#exchange.wentOn();
  }

  /** Reads what the next piece of the log has to wait for. */
  #readOn(): void {
    const next = this.#log.scan(
      this.#readFrom,
      (seq, due) => {
        if (seq < this.#readEnd) this.#dueQueue.push(due, seq);
      },
      this,
    );
    this.#awaited = next === NOT_YET;
    if (this.#awaited) return;
    this.#readFrom = next === NONE ? Infinity : next;
    this.#wentOn();
  }

  #release(): void {
    const { backlog, store } = this.#node;
    let reads = 0;
    for (let n = 0; n < MESSAGES_AT_ONCE && reads < READS_AT_ONCE && this.#dueQueue.at <= this.#now(); n++) {
      const seq = this.#dueQueue.first;
      try {
        if (!this.#log.holds(seq)) reads++;
        if (!this.#log.fetch(seq, this)) {
          this.#awaited = true;
          return;
        }
        // It is stored before it moves on: its publisher may have been told so for the place where it is now.
        if (backlog.high || !this.#log.isSafe(seq)) {
          this.#held = true;
          store.afterCommit(() => this.#resume());
          return;
        }
        this.#log.move(seq, this.#sendOn);
      } catch (error) {
        if (isReadFailure(error)) throw error;
        this.#exchange.lost(error);
      }
      // Whatever went wrong with it, it is not tried again.
      if (this.#dueQueue.first === seq) this.#dueQueue.pop();
    }
  }

  #resume(): void {
    this.#held = false;
    if (!this.#ended) this.#wind();
  }

  /** As events name it. */
  get #place(): { readonly vhost: string; readonly exchange: string } {
    const { name, vhost } = this.#exchange;
    return { vhost: vhost.name, exchange: name };
  }

  /** The first of those that wait. */
  readonly #sendOn = (message: Message): void => {
    this.#wentOn();
    markWaited(message);
    // What it brings about may come back here.
    const seq = this.#dueQueue.pop();
    this.#exchange.vhost.observer?.({ type: 'released', ...this.#place, message, seq });
    try {
      this.#exchange.sendThrough(message);
    } catch (error) {
      this.#exchange.lost(error);
    }
  };

  /** What is due already waits a moment longer, so that others have their turn. */
  #wind(): void {
    const soonest = this.#now() + 1;
    const at = this.#readFrom < this.#readEnd ? soonest : Math.max(this.#dueQueue.at, soonest);
    this.#node.timers.set(this.#timer, this.#held || this.#awaited ? Infinity : Math.max(at, this.#readAgainAt));
  }

  #now(): number {
    return this.#node.timers.clock.now();
  }
}
