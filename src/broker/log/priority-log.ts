/**
 * The messages of a priority queue: a log a priority, made when a message of its priority comes (RabbitMQ: Priority Queues).
 * Each priority has a range of sequence numbers of its own, so that a number tells its priority.
 */
import type { RecoveredPage } from '../../store/stored-records.ts';
import type { Scratch } from '../../store/scratch.ts';
import type { Message } from '../message/message.ts';
import type { ConfirmTracker, ConfirmTarget } from '../message/message-target.ts';
import { QueueLog } from './log.ts';
import type { LogContext } from './log-context.ts';
import type { LogWaiter } from './log-waiter.ts';
import { type MessageLog, NONE } from './message-log.ts';
import type { Segment } from './segment.ts';

/** Sequence numbers of a priority: those of 256 priorities stay exact. */
const SEQS_PER_PRIORITY = 2 ** 44;

export class PriorityLog implements MessageLog {
  readonly #context: LogContext;
  readonly #queueId: number | undefined;
  readonly #byPriority = new Map<number, QueueLog>();
  /** Highest priority first. */
  #logs: QueueLog[] = [];
  #owner: LogWaiter | undefined;

  constructor(context: LogContext, queueId: number | undefined) {
    this.#context = context;
    this.#queueId = queueId;
    this.#logOf(0);
  }

  get owner(): LogWaiter | undefined {
    return this.#owner;
  }

  set owner(owner: LogWaiter | undefined) {
    this.#owner = owner;
    for (const log of this.#logs) log.owner = owner;
  }

  get ready(): number {
    return this.#sum((log) => log.ready);
  }

  get unacked(): number {
    return this.#sum((log) => log.unacked);
  }

  get stores(): boolean {
    return this.#logs[0].stores;
  }

  recover(pages: readonly RecoveredPage[], delivered: number, deliveredByPriority?: ReadonlyMap<number, number>): void {
    const reached = new Map(deliveredByPriority).set(0, delivered);
    for (let i = 0; i < pages.length;) {
      const priority = priorityOf(pages[i].base);
      const from = i;
      while (i < pages.length && priorityOf(pages[i].base) === priority) i++;
      this.#logOf(priority).recover(pages.slice(from, i), reached.get(priority) ?? priority * SEQS_PER_PRIORITY);
      reached.delete(priority);
    }
    // Numbers that were used are not used again, even if no message of the priority is left.
    for (const [priority, below] of reached) this.#logOf(priority).recover([], below);
  }

  append(message: Message, stored: boolean, expiresAt: number, priority: number): number {
    return this.#logOf(priority).append(message, stored, expiresAt);
  }

  confirm(seq: number, target: ConfirmTarget, number: number): void {
    this.#of(seq).confirm(seq, target, number);
  }

  confirmAll(tracker: ConfirmTracker, number: number): void {
    for (const log of this.#logs) log.confirmAll(tracker, number);
  }

  writeNext(seq: number): void {
    this.#of(seq).writeNext();
  }

  flush(urgent: boolean, seq: number): void {
    this.#of(seq).flush(urgent);
  }

  peek(): number {
    for (const log of this.#logs) if (log.ready > 0) return log.peek();
    return NONE;
  }

  scan(from: number, visit: (seq: number, expiresAt: number) => void, waiter: LogWaiter): number {
    // Lowest priority first: its numbers are the lowest.
    for (const log of this.#logs.toReversed()) {
      if (log.end <= from) continue;
      const next = log.scan(from, visit, waiter);
      if (next !== NONE) return next;
    }
    return NONE;
  }

  get segments(): Iterable<Segment> {
    return this.#logs.flatMap((log) => [...log.segments]);
  }

  /** Each priority has its own. */
  get end(): number {
    return Infinity;
  }

  take(seq: number): void {
    this.#of(seq).take(seq);
  }

  view(seq: number, message: Message, waiter: LogWaiter): boolean {
    return this.#of(seq).view(seq, message, waiter);
  }

  viewMoving(seq: number, message: Message): void {
    this.#of(seq).viewMoving(seq, message);
  }

  viewProperties(seq: number, message: Message): void {
    this.#of(seq).viewProperties(seq, message);
  }

  fetch(seq: number, waiter: LogWaiter): boolean {
    return this.#of(seq).fetch(seq, waiter);
  }

  isReady(seq: number): boolean {
    return this.#of(seq).isReady(seq);
  }

  redelivered(seq: number): boolean {
    return this.#of(seq).redelivered(seq);
  }

  deliveries(seq: number): number {
    return this.#of(seq).deliveries(seq);
  }

  redeliver(seq: number, by?: 1 | -1): void {
    this.#of(seq).redeliver(seq, by);
  }

  wait(seq: number, due: number): void {
    this.#of(seq).wait(seq, due);
  }

  recoverWaiting(isMeant: (due: number) => boolean, visit: (seq: number, due: number) => void): void {
    for (const log of this.#logs) log.recoverWaiting(isMeant, visit);
  }

  deliveredOften(deliveries: number, visit: (seq: number) => void): void {
    for (const log of this.#logs) log.deliveredOften(deliveries, visit);
  }

  expiresAt(seq: number): number {
    return this.#of(seq).expiresAt(seq);
  }

  bodySize(seq: number): number {
    return this.#of(seq).bodySize(seq);
  }

  countReadyBytes(add: (bytes: number) => void): void {
    for (const log of this.#logs) log.countReadyBytes(add);
  }

  settle(seq: number, replaced?: boolean): void {
    this.#of(seq).settle(seq, replaced);
  }

  move(seq: number, take: (message: Message) => void): void {
    this.#of(seq).move(seq, take);
  }

  requeue(seq: number): void {
    this.#of(seq).requeue(seq);
  }

  purge(): number {
    return this.#sum((log) => log.purge());
  }

  drop(): void {
    for (const log of this.#logs) log.drop();
  }

  /** Memory that is short asks each log by itself. */
  evict(scratch: Scratch | undefined): boolean {
    return this.#logs.filter((log) => log.evict(scratch)).length > 0;
  }

  #of(seq: number): QueueLog {
    return this.#byPriority.get(priorityOf(seq))!;
  }

  #logOf(priority: number): QueueLog {
    let log = this.#byPriority.get(priority);
    if (log === undefined) {
      log = new QueueLog(this.#context, this.#queueId, { priority, first: priority * SEQS_PER_PRIORITY });
      log.owner = this.#owner;
      this.#byPriority.set(priority, log);
      this.#logs = [...this.#byPriority].sort(([a], [b]) => b - a).map(([, each]) => each);
    }
    return log;
  }

  #sum(of: (log: QueueLog) => number): number {
    let sum = 0;
    for (const log of this.#logs) sum += of(log);
    return sum;
  }
}

/** Of the messages of a queue without priorities it is 0. */
export function priorityOf(seq: number): number {
  return Math.floor(seq / SEQS_PER_PRIORITY);
}
