/**
 * Dead letters of a queue with the strategy at-least-once that no queue has taken yet (RabbitMQ: Quorum Queues, "At-Least-Once Dead
 * Lettering"). Their messages stay in the queue's log, which says so in the store, and are nobody's: neither ready nor unacked. They are
 * sent again when routes have changed, and from time to time, as a queue that refused one may have room. A message leaves in the batch
 * of the store in which its letter is taken.
 */
import type { LogReader } from '../log/log-reader.ts';
import type { MessageLog } from '../log/message-log.ts';
import type { DeathReason } from '../message/dead-letter.ts';
import { Message } from '../message/message.ts';
import { TimerEntry } from '../scheduling/timers.ts';
import type { SlicedTask } from '../scheduling/time-slices.ts';
import type { DeathInQueue, DyingQueue, QueueHost, Takers } from './queue-host.ts';

/** How often it looks whether routes have changed, and how long it waits if they have not, in milliseconds. */
const LOOK_MS = 250;
const RETRY_MS = 10_000;

/** How the store knows why a message died: see MessageLog.wait. */
const REASONS: readonly DeathReason[] = ['rejected', 'expired', 'delivery_limit', 'maxlen'];

interface Pending extends DeathInQueue {
  readonly bytes: number;
  /** Queues that have its letter, while others refuse it. */
  readonly taken: Takers;
}

interface PendingQueue extends DyingQueue {
  readonly deleted: boolean;
  /** A message is dead: it counts as gone, though its dead letter may wait. */
  leaves(seq: number): void;
}

export class PendingDeadLetters implements SlicedTask {
  readonly #queue: PendingQueue;
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #host: QueueHost;
  readonly #pending = new Map<number, Pending>();
  readonly #timer: TimerEntry;
  /** What is left of a round: each is sent once in it. */
  #round: Iterator<number> | undefined;
  /** Of the last round: when it began, and what the routes were. */
  #tried = 0;
  #version = -1;
  #bytes = 0;

  constructor(queue: PendingQueue, log: MessageLog, reader: LogReader, host: QueueHost) {
    this.#queue = queue;
    this.#log = log;
    this.#reader = reader;
    this.#host = host;
    this.#timer = new TimerEntry('dead-letter', queue, () => this.#look());
  }

  get count(): number {
    return this.#pending.size;
  }

  /** Of their bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  has(seq: number): boolean {
    return this.#pending.has(seq);
  }

  /** What waited when the broker ended waits on. */
  recover(): void {
    const at = this.#host.node.timers.clock.now();
    this.#reader.attempt(() => {
      this.#log.recoverWaiting(
        (due) => due < 0,
        (seq, mark) => {
          this.#keep(this.#newPending(seq, REASONS[-1 - mark], at));
          this.again();
        },
      );
    });
  }

  /** A message dies, ready or unacked: it leaves if its letter is taken, and stays if not. Returns false if it cannot be read. */
  add(seq: number, reason: DeathReason): boolean {
    const view = new Message();
    if (!this.#reader.viewMoving(seq, view)) return false;
    const pending = this.#newPending(seq, reason, this.#host.node.timers.clock.now());
    if (this.#log.isReady(seq)) this.#log.take(seq);
    this.#queue.leaves(seq);
    if (this.#send(pending, view)) return true;
    this.#log.wait(seq, -1 - REASONS.indexOf(reason));
    this.#keep(pending);
    if (this.#pending.size === 1) this.#host.node.notice('dead-letters-wait', this.#queue.name, this.#host.name);
    this.#wind();
    return true;
  }

  /** They are sent again soon: the settings have changed. */
  again(): void {
    if (this.#pending.size > 0) this.#host.node.timeSlices.add(this);
  }

  /** The queue is deleted. */
  end(): void {
    this.#host.node.timers.set(this.#timer, Infinity);
  }

  // SlicedTask: a round.

  get writes(): boolean {
    return true;
  }

  step(): boolean {
    if (this.#queue.deleted) return false;
    if (this.#round === undefined) {
      this.#tried = this.#host.node.timers.clock.now();
      this.#version = this.#host.version;
      this.#round = [...this.#pending.keys()].values();
    }
    const next = this.#round.next();
    if (next.done !== true) {
      this.#sendAgain(next.value);
      return true;
    }
    this.#round = undefined;
    this.#wind();
    return false;
  }

  #look(): void {
    const due = this.#host.node.timers.clock.now() >= this.#tried + RETRY_MS;
    if (due || this.#version !== this.#host.version) this.#host.node.timeSlices.do(this);
    else this.#wind();
  }

  #wind(): void {
    const at = this.#pending.size === 0 ? Infinity : this.#host.node.timers.clock.now() + LOOK_MS;
    this.#host.node.timers.set(this.#timer, at);
  }

  #sendAgain(seq: number): void {
    const pending = this.#pending.get(seq)!;
    const view = new Message();
    if (!this.#reader.viewMoving(seq, view) || !this.#send(pending, view)) return;
    this.#pending.delete(seq);
    this.#bytes -= pending.bytes;
  }

  /** Returns true if the letter is taken, and the message gone. With the other strategy it goes in any case. */
  #send(pending: Pending, view: Message): boolean {
    const { seq, reason, taken } = pending;
    const message = view.replacement();
    try {
      if (!this.#queue.settings.atLeastOnce) this.#host.deadLetter(this.#queue, message, seq, reason);
      else if (!this.#host.deadLetterSurely(this.#queue, message, pending, taken)) return false;
    } catch (error) {
      // It cannot be made a dead letter, and never will.
      this.#host.discarded(this.#queue.name, error);
    }
    this.#log.settle(seq, true);
    return true;
  }

  #newPending(seq: number, reason: DeathReason, at: number): Pending {
    return { seq, reason, at, bytes: this.#log.bodySize(seq), taken: new Set() };
  }

  #keep(pending: Pending): void {
    this.#pending.set(pending.seq, pending);
    this.#bytes += pending.bytes;
  }
}
