/** Times of sending in message bodies, and how long messages took. The clock is the same in all threads of the machine. */
import { readU32, writeU32 } from '../../src/util/bytes.ts';

/** Times kept; later ones are not, and a scenario keeps below. */
const MOST = 8_000_000;

export function writeTime(target: Buffer, at: number): void {
  const [seconds, nanoseconds] = process.hrtime();
  writeU32(target, at, seconds);
  writeU32(target, at + 4, nanoseconds);
}

/** Now, in microseconds. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}

/** The time written at `at`, in microseconds. */
export function readTime(source: Buffer, at: number): number {
  return readU32(source, at) * 1e6 + readU32(source, at + 4) / 1e3;
}

/** A growing list of microseconds. */
export class Times {
  #values = new Uint32Array(65536);
  #count = 0;

  add(microseconds: number): void {
    if (this.#count === this.#values.length) {
      if (this.#count >= MOST) return;
      const grown = new Uint32Array(this.#count * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count++] = Math.max(0, Math.round(microseconds));
  }

  clear(): void {
    this.#count = 0;
  }

  get values(): Uint32Array {
    return this.#values.slice(0, this.#count);
  }
}

/** The value that a share `p` of all values does not exceed; 0 where there are none. `sorted` ascends. */
export function percentile(sorted: Uint32Array, p: number): number {
  return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p) - 1)];
}
