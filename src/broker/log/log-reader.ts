/**
 * What a queue reads of its log before it gives messages away. Reading fails if messages left memory and cannot be had again: the
 * file is damaged, or the disk fails. Then there is nothing to be read until it can be had after all, which is found out when somebody
 * asks for messages; or until the queue is purged, or the broker started again.
 */
import { StoreError } from '../../store/store.ts';
import { Message } from '../message/message.ts';
import type { LogWaiter } from './log-waiter.ts';
import { type MessageLog, NONE, NOT_YET } from './message-log.ts';

/** Whose messages are read. */
export interface LogReaderOwner {
  /** What was not here yet is: it is time to ask again. */
  loaded(): void;
  /** They cannot be read: told once, until `LogReader.resume`, and when somebody asks again in vain and hears it later. */
  stopped(reason: Error): void;
}

export class LogReader implements LogWaiter {
  readonly #log: MessageLog;
  readonly #owner: LogReaderOwner;
  #view: Message | undefined;
  #stopped = false;
  /** A look at many messages failed: what it was to find is not known. */
  #lacking = false;
  /** While it is stopped and somebody asked again: the store has yet to answer, or has in vain, which the next one to ask hears. */
  #again: 'asked' | 'failed' | undefined;
  /** What somebody asked for is not here yet. */
  #isAwaited = false;
  /** Those who wait for it. */
  #waiting: (() => void)[] | undefined;

  constructor(log: MessageLog, owner: LogReaderOwner) {
    this.#log = log;
    this.#owner = owner;
    log.owner = this;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The first ready message; NONE if there is none, or none to be read; NOT_YET if it is not here yet. */
  peek(): number {
    if (this.#stopped) return NONE;
    try {
      const seq = this.#log.peek();
      if (seq === NOT_YET) this.#isAwaited = true;
      return seq;
    } catch (error) {
      this.#stop(error);
      return NONE;
    }
  }

  /** A view of a message, good until the next one or `clear`; undefined if it is not here yet, or cannot be read. */
  show(seq: number): Message | undefined {
    const view = (this.#view ??= new Message());
    return this.view(seq, view) ? view : undefined;
  }

  /** Lets go of what was shown. */
  clear(): void {
    this.#view?.clear();
  }

  /** Points `message` at a message; false if it is not here yet, or cannot be read. */
  view(seq: number, message: Message): boolean {
    try {
      const isHere = this.#log.view(seq, message, this);
      if (!isHere) this.#isAwaited = true;
      return isHere;
    } catch (error) {
      this.#stop(error);
      return false;
    }
  }

  /** See MessageLog.viewMoving; false if the message cannot be read. */
  viewMoving(seq: number, message: Message): boolean {
    try {
      this.#log.viewMoving(seq, message);
      return true;
    } catch (error) {
      this.#stop(error);
      return false;
    }
  }

  /** See KeptMessages.fetch; false too if the message cannot be read. */
  fetch(seq: number): boolean {
    try {
      return this.#log.fetch(seq, this);
    } catch (error) {
      this.#stop(error);
      return false;
    }
  }

  /** See MessageLog.move; false if the message cannot be read. */
  move(seq: number, take: (message: Message) => void): boolean {
    try {
      this.#log.move(seq, take);
      return true;
    } catch (error) {
      this.#stop(error);
      return false;
    }
  }

  /** Looks at many messages. */
  attempt(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#stop(error);
      this.#lacking = true;
    }
  }

  /** Somebody asks for messages: true if they can be read, now if not before; undefined if that is not known yet. */
  tryAgain(): boolean | undefined {
    if (!this.#stopped) return true;
    const failed = this.#again === 'failed';
    this.#again = undefined;
    return failed || this.#lacking ? false : this.#readAgain();
  }

  /** What could not be read is gone. */
  resume(): void {
    this.#stopped = this.#lacking = false;
    this.#again = undefined;
  }

  /** Calls back once it is time to ask again for what was not here yet. Returns false if nothing is on its way. */
  whenAnswered(callback: () => void): boolean {
    if (this.#isAwaited) (this.#waiting ??= []).push(callback);
    return this.#isAwaited;
  }

  /** See MessageLog.drop. */
  drop(): void {
    this.#log.drop();
    this.#wake();
  }

  // LogWaiter

  loaded(): void {
    this.#isAwaited = false;
    if (this.#stopped && (this.#again !== 'asked' || this.#readAgain() !== true)) return;
    this.#owner.loaded();
    this.#wake();
  }

  unreadable(reason: Error, isLacking = false): void {
    this.#isAwaited = false;
    if (isLacking) this.#lacking = true;
    const isAgain = this.#again === 'asked';
    if (isAgain || this.#waiting !== undefined) this.#again = 'failed';
    if (isAgain) this.#owner.stopped(reason);
    else this.#stop(reason);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const callback of waiting ?? []) callback();
  }

  /** True if the first message can be had again, undefined if it may come. */
  #readAgain(): boolean | undefined {
    try {
      const seq = this.#log.peek();
      const isHere = seq < 0 ? seq === NONE : this.#log.view(seq, new Message(), this);
      this.#stopped = !isHere;
      this.#again = isHere ? undefined : 'asked';
      this.#isAwaited = !isHere;
      return isHere ? true : undefined;
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      return false;
    }
  }

  #stop(error: unknown): void {
    if (!isReadFailure(error)) throw error;
    if (this.#stopped) return;
    this.#stopped = true;
    this.#owner.stopped(error);
  }
}

/** False if the error is a defect of the broker. */
export function isReadFailure(error: unknown): error is Error {
  // The system's errors name the call: they are about the scratch file.
  return error instanceof StoreError || (error instanceof Error && 'syscall' in error);
}
