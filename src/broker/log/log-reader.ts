/**
 * What a queue reads of its log before it gives messages away. Reading fails where messages left memory and cannot be had again: the
 * file is damaged, or the disk fails. Then there is nothing to be read until it can be had after all, which is found out when somebody
 * asks for messages; or until the queue is purged, or the broker started again.
 */
import { StoreError } from '../../store/store.ts';
import { Message } from '../message/message.ts';
import type { LogOwner, MessageLog } from './message-log.ts';

/** Whose messages are read. */
export interface LogReaderOwner {
  /** They cannot be: told once, until `LogReader.resume`. */
  stopped(reason: Error): void;
}

export class LogReader implements LogOwner {
  readonly #log: MessageLog;
  readonly #owner: LogReaderOwner;
  #stopped = false;
  /** A look at many messages failed: what it was to find is not known. */
  #lacking = false;

  constructor(log: MessageLog, owner: LogReaderOwner) {
    this.#log = log;
    this.#owner = owner;
    log.owner = this;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The first ready message; -1 where there is none, or none to be read. */
  peek(): number {
    if (this.#stopped) return -1;
    try {
      return this.#log.peek();
    } catch (error) {
      this.#stop(error);
      return -1;
    }
  }

  /** Shows a message; false where it cannot be read. */
  view(seq: number, message: Message): boolean {
    try {
      this.#log.view(seq, message);
      return true;
    } catch (error) {
      this.#stop(error);
      return false;
    }
  }

  /** See MessageLog.move; false where the message cannot be read. */
  move(seq: number, take: (message: Message) => void): boolean {
    try {
      this.#log.move(seq, take);
      return true;
    } catch (error) {
      this.#stop(error);
      return false;
    }
  }

  /** See MessageLog.countReadyBytes; 0 where they cannot be read. */
  countReadyBytes(): number {
    return this.attempt(() => this.#log.countReadyBytes()) ?? 0;
  }

  /** What a look at many messages finds; undefined where they cannot be read. */
  attempt<Found>(look: () => Found): Found | undefined {
    try {
      return look();
    } catch (error) {
      this.#stop(error);
      this.#lacking = true;
      return undefined;
    }
  }

  /** Somebody asks for messages: true where they can be read, now if not before. */
  tryAgain(): boolean {
    if (!this.#stopped) return true;
    if (this.#lacking) return false;
    try {
      const seq = this.#log.peek();
      if (seq >= 0) this.#log.view(seq, new Message());
      this.#stopped = false;
    } catch (error) {
      if (!isReadFailure(error)) throw error;
    }
    return !this.#stopped;
  }

  unreadable(reason: Error): void {
    this.#stop(reason);
  }

  /** What could not be read is gone. */
  resume(): void {
    this.#stopped = this.#lacking = false;
  }

  #stop(error: unknown): void {
    if (!isReadFailure(error)) throw error;
    if (this.#stopped) return;
    this.#stopped = true;
    this.#owner.stopped(error);
  }
}

/** False where the error is a defect of the broker. */
export function isReadFailure(error: unknown): error is Error {
  // The system's errors name the call: they are about the scratch file.
  return error instanceof StoreError || (error instanceof Error && 'syscall' in error);
}
