/** Whether a connection reads: it stops for as long as there is a reason, and there may be several at once. */
import type { Duplex } from 'node:stream';
import type { FrameParser } from '../../wire/frame-parser.ts';

/**
 * `turn`: it had its share of this turn. `throttle`: the same, for what it publishes runs ahead of those who consume it. `store`: an answer
 * waits for the store. `congested`: the client does not take what is sent to it. `backlog`: the store has yet to write what was
 * published. `alarm`: the broker takes no publishes now. `task`: what it asked for takes time slices. `patterns`: its names took patterns too
 * long. `access`: it is being found out who it is, or what it may do. `silent`: a test has it hear nothing.
 */
export type PauseReason =
  'turn' | 'throttle' | 'store' | 'congested' | 'backlog' | 'alarm' | 'task' | 'patterns' | 'access' | 'silent';

const BITS: Readonly<Record<PauseReason, number>> = {
  turn: 1,
  store: 2,
  congested: 4,
  backlog: 8,
  alarm: 16,
  throttle: 32,
  task: 64,
  patterns: 128,
  access: 256,
  silent: 512,
};

export class ReadPause {
  readonly #socket: Duplex;
  readonly #parser: FrameParser;
  /** Runs what parses frames, and deals with the errors of it. */
  readonly #guard: (read: () => void) => void;
  #reasons = 0;

  constructor(socket: Duplex, parser: FrameParser, guard: (read: () => void) => void) {
    this.#socket = socket;
    this.#parser = parser;
    this.#guard = guard;
  }

  get paused(): boolean {
    return this.#reasons !== 0;
  }

  has(reason: PauseReason): boolean {
    return (this.#reasons & BITS[reason]) !== 0;
  }

  pause(reason: PauseReason): void {
    if (this.#reasons === 0) this.#socket.pause();
    this.#reasons |= BITS[reason];
    // The rest of the chunk is not of this turn's share alone: only the other reasons stop in the middle of it.
    if (reason !== 'turn') this.#parser.pause();
  }

  /** For a test: nothing is read or sent any more. */
  fallSilent(): void {
    this.pause('silent');
    this.#socket.cork();
  }

  resume(reason: PauseReason): void {
    if (!this.has(reason)) return;
    this.#reasons &= ~BITS[reason];
    if ((this.#reasons & ~BITS.turn) === 0) this.#guard(() => this.#parser.resume());
    if (this.#reasons === 0) this.#socket.resume();
  }

  /** Reads on whatever the reasons were: the connection closes, and only waits for its client's answer. */
  resumeAll(): void {
    this.#reasons = 0;
    this.#guard(() => this.#parser.resume());
    this.#socket.resume();
  }
}
