/**
 * Repeatable chance for the fuzz tests: the same seed gives the same bytes on every machine.
 * LEVERET_FUZZ_ROUNDS multiplies the rounds of each test (default 1), LEVERET_FUZZ_SEED moves the seeds (default 1).
 */
import { TEST_PATIENCE } from '../support/patience.ts';

export const FUZZ_SEED = positive('LEVERET_FUZZ_SEED');
const FUZZ_ROUNDS = positive('LEVERET_FUZZ_ROUNDS');

/** The seeds of a test that does `count` rounds in an ordinary run. */
export function seeds(count: number): number[] {
  return Array.from({ length: count * FUZZ_ROUNDS }, (_, round) => FUZZ_SEED * 1_000_003 + round);
}

/** Milliseconds that a test may take: in proportion to the rounds that were asked for. */
export function fuzzTimeout(): number {
  return TEST_PATIENCE * FUZZ_ROUNDS;
}

/** mulberry32: small, fast, and good enough to be hostile. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) bytes[at] = this.below(256);
    return bytes;
  }

  /** Cuts the bytes into pieces at random places. */
  split(bytes: Buffer, most = 8): Buffer[] {
    const cuts = Array.from({ length: this.below(most) }, () => this.below(bytes.length + 1)).sort((a, b) => a - b);
    return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
  }
}

function positive(name: string): number {
  const text = process.env[name] ?? '1';
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} is ${text}, not a number from 1 up`);
  return value;
}
