/** One direction of a network: octets come out in their order, late, thin or in pieces, as the network is when they go in. */
import { inspect } from 'node:util';
import type { Clock, Timer } from '../../util/clock.ts';
import { checkKeys, keysOf } from '../check.ts';

export interface Network {
  /** Milliseconds that octets are on their way, in each direction. 0 by default. */
  readonly latency?: number | undefined;
  /** Most milliseconds that are added to that, by a chance of its own each time. 0 by default. */
  readonly jitter?: number | undefined;
  /** How many pass in a second, in each direction; no limit by default. */
  readonly bytesPerSecond?: number | undefined;
  /** How many come out at a time; by default as many as went in. */
  readonly chunk?: number | undefined;
}

const NETWORK_KEYS = keysOf<Network>({ latency: true, jitter: true, bytesPerSecond: true, chunk: true });

/** Throws TypeError or RangeError for what is no network. */
export function checkNetwork(network: Network): void {
  checkKeys('network', network, NETWORK_KEYS);
  for (const [name, value] of Object.entries(network) as [string, unknown][]) {
    const least = name === 'latency' || name === 'jitter' ? 0 : 1;
    if (value === undefined || (typeof value === 'number' && value >= least)) continue;
    throw new RangeError(`network: ${name} must be ${least} or more, not ${inspect(value)}`);
  }
}

interface Piece {
  readonly octets: Buffer;
  /** By the clock's `elapsed`. */
  readonly due: number;
}

/** What is taken in before some has come out, as a system buffers it, in octets. */
const WINDOW = 64 * 1024;

export class Line {
  readonly #clock: Clock;
  readonly #network: () => Network | undefined;
  readonly #pass: (octets: Buffer) => void;
  readonly #chance: () => number;
  #pieces: Piece[] = [];
  #waiting = 0;
  /** When the last octet that went in has left its end, and has come to the other. */
  #sentAt = 0;
  #lastDue = 0;
  #timer: Timer | undefined;
  #whenRoom: (() => void)[] = [];

  /** `network`: asked for what goes in. `pass`: given what comes out, to keep. `chance`: from 0 up to 1. */
  constructor(clock: Clock, network: () => Network | undefined, pass: (octets: Buffer) => void, chance: () => number) {
    this.#clock = clock;
    this.#network = network;
    this.#pass = pass;
    this.#chance = chance;
  }

  /** True if so much is on its way that no more had better go in. */
  get full(): boolean {
    return this.#waiting >= WINDOW;
  }

  /** Puts octets in, which the line keeps. */
  send(octets: Buffer): void {
    const network = this.#network();
    if (network === undefined && this.#pieces.length === 0) {
      this.#pass(octets);
      return;
    }
    const { chunk = octets.length } = network ?? {};
    for (let at = 0; at < octets.length; at += chunk) this.#add(octets.subarray(at, at + chunk), network);
    this.#wind();
  }

  /** Calls back when all that went in has come out. */
  whenEmpty(callback: () => void): void {
    if (this.#pieces.length === 0) callback();
    else this.whenRoom(() => this.whenEmpty(callback));
  }

  /** Calls back when some of what went in has come out. */
  whenRoom(callback: () => void): void {
    this.#whenRoom.push(callback);
  }

  /** What is on its way comes out at once: the network is as ever. */
  release(): void {
    this.#stopTimer();
    this.#sentAt = this.#lastDue = 0;
    for (const piece of this.#pieces.splice(0)) this.#passOn(piece);
    this.#told();
  }

  /** What is on its way is lost. */
  end(): void {
    this.#stopTimer();
    this.#pieces = [];
    this.#whenRoom = [];
  }

  #add(octets: Buffer, { latency = 0, jitter = 0, bytesPerSecond = Infinity }: Network = {}): void {
    const now = this.#clock.elapsed();
    this.#sentAt = Math.max(now, this.#sentAt) + (octets.length / bytesPerSecond) * 1000;
    const due = Math.max(this.#lastDue, this.#sentAt + latency + jitter * this.#chance());
    this.#lastDue = due;
    this.#waiting += octets.length;
    this.#pieces.push({ octets, due });
  }

  #wind(): void {
    if (this.#pieces.length === 0 || this.#timer !== undefined) return;
    const left = Math.max(0, this.#pieces[0].due - this.#clock.elapsed());
    this.#timer = this.#clock.after(left, () => {
      this.#timer = undefined;
      const now = this.#clock.elapsed();
      while (this.#pieces.length > 0 && this.#pieces[0].due <= now) this.#passOn(this.#pieces.shift()!);
      this.#told();
      this.#wind();
    });
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #passOn({ octets }: Piece): void {
    this.#waiting -= octets.length;
    this.#pass(octets);
  }

  #told(): void {
    for (const callback of this.#whenRoom.splice(0)) callback();
  }
}
