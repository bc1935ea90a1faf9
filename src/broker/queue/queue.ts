/** A queue: a log of messages, the consumers they go to, and the rules between the two. */
import type { FieldTable } from '../../protocol/field-table.ts';
import type { RecoveredPage } from '../../store/records.ts';
import type { Binding, QueueDestination } from '../exchange/binding.ts';
import { Message } from '../message.ts';
import type { ConfirmLedger } from '../sink.ts';
import type { Consumer, ConsumerQueue } from './consumer.ts';
import { Consumers } from './consumers.ts';
import type { QueueLog } from './log.ts';

/** Stands for the connection that an exclusive queue belongs to; known by identity only. */
export type Owner = object;

export interface QueueOptions {
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** Undefined where the queue is not exclusive. */
  readonly owner: Owner | undefined;
  readonly arguments: FieldTable;
}

export class Queue implements QueueDestination, ConsumerQueue {
  readonly kind = 'queue';
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly owner: Owner | undefined;
  readonly arguments: FieldTable;
  /** Its number in the store, 0 where it is not stored. */
  readonly id: number;
  readonly incoming = new Set<Binding>();
  readonly consumers = new Consumers();
  readonly #log: QueueLog;
  readonly #view = new Message();
  #dispatching = false;
  #deleted = false;

  constructor(options: QueueOptions, id: number, log: QueueLog) {
    this.name = options.name;
    this.durable = options.durable;
    this.autoDelete = options.autoDelete;
    this.owner = options.owner;
    this.arguments = options.arguments;
    this.id = id;
    this.#log = log;
  }

  get ready(): number {
    return this.#log.ready;
  }

  get unacked(): number {
    return this.#log.unacked;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  /** Takes in what the store has of this queue. */
  recover(pages: readonly RecoveredPage[], delivered: number): void {
    this.#log.recover(pages, delivered);
  }

  /**
   * Takes a message: to a consumer at once where one is waiting, else behind the others.
   * `ledger` and `number` say who waits for the message to be safe; undefined where nobody does.
   */
  accept(message: Message, persistent: boolean, ledger: ConfirmLedger | undefined, number: number): void {
    if (this.#deleted) return;
    const log = this.#log;
    const consumer = log.ready === 0 && !this.#dispatching ? this.consumers.next() : undefined;
    if (consumer?.noAck === true) {
      consumer.target.deliver(consumer, message, -1, false);
      return;
    }
    const stored = persistent && log.stores;
    const seq = log.append(message, stored);
    if (stored) {
      if (ledger !== undefined) {
        ledger.wait(number);
        log.confirm(seq, ledger, number);
      }
      log.flush(ledger !== undefined);
    }
    if (consumer !== undefined) {
      log.take(seq);
      consumer.unacked++;
      consumer.target.deliver(consumer, message, seq, false);
    }
  }

  /** Gives ready messages to consumers as long as there are both. */
  dispatch(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    const log = this.#log;
    const view = this.#view;
    try {
      while (log.ready > 0) {
        const consumer = this.consumers.next();
        if (consumer === undefined) break;
        const seq = log.peek();
        log.view(seq, view);
        const redelivered = log.redelivered(seq);
        if (consumer.noAck) {
          consumer.target.deliver(consumer, view, -1, redelivered);
          log.settle(seq);
        } else {
          log.take(seq);
          consumer.unacked++;
          consumer.target.deliver(consumer, view, seq, redelivered);
        }
      }
    } finally {
      this.#dispatching = false;
      view.clear();
    }
  }

  /** Takes the first ready message for basic.get and shows it to `use`, whose message is only valid inside. */
  get(noAck: boolean, use: (message: Message, seq: number, redelivered: boolean) => void): boolean {
    const log = this.#log;
    const seq = log.peek();
    if (seq < 0) return false;
    log.view(seq, this.#view);
    const redelivered = log.redelivered(seq);
    if (!noAck) log.take(seq);
    use(this.#view, noAck ? -1 : seq, redelivered);
    this.#view.clear();
    if (noAck) log.settle(seq);
    return true;
  }

  /** A delivered message is done with: acknowledged, or rejected for good. */
  settle(seq: number): void {
    if (!this.#deleted) this.#log.settle(seq);
  }

  /** A delivered message comes back to its place. The caller dispatches when it has put back all it has. */
  requeue(seq: number): void {
    if (!this.#deleted) this.#log.requeue(seq);
  }

  /** Removes the ready messages and returns their number. */
  purge(): number {
    return this.#log.purge();
  }

  /** The consumer waits for a message. */
  activate(consumer: Consumer): void {
    this.consumers.activate(consumer);
    if (this.#log.ready > 0) this.dispatch();
  }

  /** Ends the queue: its consumers are cancelled and its messages gone. The vhost has removed its bindings. */
  end(): void {
    this.#deleted = true;
    for (const consumer of [...this.consumers]) {
      this.consumers.remove(consumer);
      consumer.target.cancelled(consumer);
    }
    this.#log.drop();
  }
}
