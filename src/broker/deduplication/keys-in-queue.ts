/**
 * Deduplication as RabbitMQ's plugin has it: a message is dropped while another of its key is in the queue, unacknowledged or not. What
 * is in the queue tells its keys itself, so that nothing more is stored. After a start, and if a policy begins it for a queue with
 * messages, they are read in time slices; what is left when the first message with a key comes, with it.
 */
import type { DeduplicationSettings } from '../arguments/deduplication.ts';
import { isReadFailure } from '../log/log-reader.ts';
import { Message } from '../message/message.ts';
import type { ConfirmTracker } from '../message/message-target.ts';
import type { SlicedTask } from '../scheduling/time-slices.ts';
import type { DeduplicatingQueue, Deduplication, DeduplicationNode } from './deduplication.ts';
import { messageKey } from './message-key.ts';
import { KEY_OVERHEAD } from './seen-keys.ts';
import { SeenLog } from './seen-log.ts';

export class KeysInQueue implements Deduplication, SlicedTask {
  readonly #node: DeduplicationNode;
  readonly #queue: DeduplicatingQueue;
  /** How many messages of each key there are: one, unless there were more before this began. */
  readonly #messages = new Map<string, number>();
  readonly #view = new Message();
  #header: string | undefined;
  /** Messages with lower numbers have been counted; Infinity if all have. */
  #counted = Infinity;

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

  added(key: string): void {
    const messages = this.#messages.get(key) ?? 0;
    this.#messages.set(key, messages + 1);
    if (messages === 0) this.#node.memory.changed(key.length + KEY_OVERHEAD);
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
    this.#counted = Infinity;
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
      next = this.#queue.log.scan(this.#counted, (seq) => {
        const key = this.#queue.isDead(seq) ? undefined : this.#keyAt(seq);
        if (key !== undefined) this.added(key);
      });
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      this.#queue.keysUnreadable(error);
      next = -1;
    }
    this.#counted = next < 0 ? Infinity : next;
    return next >= 0;
  }

  #countAll(): void {
    const { log } = this.#queue;
    if (log.ready + log.unacked === 0) return;
    this.#counted = 0;
    this.#node.timeSlices.add(this);
  }

  #keyAt(seq: number): string | undefined {
    this.#queue.log.viewProperties(seq, this.#view);
    const key = messageKey(this.#view, this.#header);
    this.#view.clear();
    return key;
  }
}
