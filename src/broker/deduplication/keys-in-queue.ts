/**
 * Deduplication as RabbitMQ's plugin has it: a message is dropped while another of its key is in the queue, unacknowledged or not. What
 * is in the queue tells its keys itself, so that nothing more is stored. After a start, and if a policy begins it for a queue with
 * messages, they are read in time slices; what is left when the first message with a key comes, with it. If the store answers later, clients
 * come when all are read after a start, and a policy counts in full from then on.
 */
import type { DeduplicationSettings } from '../arguments/deduplication.ts';
import { isReadFailure } from '../log/log-reader.ts';
import type { LogWaiter } from '../log/log-waiter.ts';
import { NOT_YET } from '../log/message-log.ts';
import { Message } from '../message/message.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import type { SlicedTask } from '../scheduling/time-slices.ts';
import type { DeduplicatingQueue, Deduplication, DeduplicationNode } from './deduplication.ts';
import { messageKey } from './message-key.ts';
import { KEY_OVERHEAD } from './seen-keys.ts';
import { SeenLog } from './seen-log.ts';

export class KeysInQueue implements Deduplication, SlicedTask, LogWaiter {
  readonly #node: DeduplicationNode;
  readonly #queue: DeduplicatingQueue;
  /** How many messages of each key there are: one, unless there were more before this began. */
  readonly #messages = new Map<string, number>();
  readonly #view = new Message();
  #header: string | undefined;
  /** Messages with lower numbers have been counted; Infinity if all have. */
  #counted = Infinity;
  /** Told when all have. */
  #allCounted: (() => void) | undefined;

  constructor(header: string | undefined, node: DeduplicationNode, queue: DeduplicatingQueue) {
    this.#header = header;
    this.#node = node;
    this.#queue = queue;
    this.#countAll();
  }

  apply({ window, header }: DeduplicationSettings): boolean {
    if (window !== undefined) return false;
    if (header === this.#header) return true;
    this.#header = header;
    this.purged();
    return true;
  }

  recover(): void {
    const { storedAs } = this.#queue;
    // A version before may have had the other rule for the same arguments.
    if (storedAs !== undefined) new SeenLog(this.#node.store, storedAs).forgetAll();
    this.#countAll();
    if (this.#counted === Infinity || this.#node.store.answersAtOnce) return;
    this.#node.loads.add(new Promise((resolve) => (this.#allCounted = resolve)));
  }

  keyOf(message: Message): string | undefined {
    return messageKey(message, this.#header);
  }

  isRepeat(key: string, tracker: ConfirmTracker | undefined, publishSeqNo: number): boolean {
    while (this.step());
    if (!this.#messages.has(key)) return false;
    if (tracker !== undefined) this.#queue.log.confirmAll(tracker, publishSeqNo);
    return true;
  }

  taken(): void {
    // It counts if it stays: see `added`.
  }

  /** One that is counted later is not counted twice. */
  added(key: string, seq: number): void {
    if (seq < this.#counted) this.#count(key);
  }

  left(seq: number): void {
    if (seq >= this.#counted) return;
    const key = this.#keyAt(seq);
    const messages = key === undefined ? undefined : this.#messages.get(key);
    if (messages === undefined) return;
    if (messages > 1) this.#messages.set(key!, messages - 1);
    else if (this.#messages.delete(key!)) this.#node.memory.changed(-key!.length - KEY_OVERHEAD);
  }

  /** What is unacknowledged is still there. */
  purged(): void {
    this.clear();
    this.#countAll();
  }

  clear(): void {
    for (const key of this.#messages.keys()) this.#node.memory.changed(-key.length - KEY_OVERHEAD);
    this.#messages.clear();
    this.#counts(Infinity);
  }

  end(): void {
    this.clear();
  }

  // SlicedTask: counting the messages that were there before.

  get writes(): boolean {
    return false;
  }

  step(): boolean {
    if (this.#counted === Infinity) return false;
    let next: number;
    try {
      next = this.#queue.log.scan(this.#counted, this.#visit, this);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      this.unreadable(error);
      return false;
    }
    if (next !== NOT_YET) this.#counts(next < 0 ? Infinity : next);
    return next >= 0;
  }

  // LogWaiter

  loaded(): void {
    this.#node.timeSlices.do(this);
  }

  unreadable(reason: Error): void {
    if (this.#counted === Infinity) return;
    this.#queue.keysUnreadable(reason);
    this.#counts(Infinity);
  }

  readonly #visit = (seq: number): void => {
    const key = this.#queue.isDead(seq) ? undefined : this.#keyAt(seq);
    if (key !== undefined) this.#count(key);
  };

  #counts(below: number): void {
    this.#counted = below;
    if (below < Infinity) return;
    this.#allCounted?.();
    this.#allCounted = undefined;
  }

  #countAll(): void {
    const { log } = this.#queue;
    if (log.ready + log.unacked === 0) return;
    this.#counted = 0;
    this.#node.timeSlices.add(this);
  }

  #count(key: string): void {
    const messages = this.#messages.get(key) ?? 0;
    this.#messages.set(key, messages + 1);
    if (messages === 0) this.#node.memory.changed(key.length + KEY_OVERHEAD);
  }

  #keyAt(seq: number): string | undefined {
    this.#queue.log.viewProperties(seq, this.#view);
    const key = messageKey(this.#view, this.#header);
    this.#view.clear();
    return key;
  }
}
