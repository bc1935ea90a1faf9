/**
 * The keys that were seen, oldest first, each with its moment. A Map keeps the order in which keys came; one iterator over it
 * always stands at the oldest, since a new one would first have to pass all that were deleted.
 */

/** Bytes that a key takes beside its characters: its string, its place in the Map, its number. Measured. */
export const KEY_OVERHEAD = 84;

export class SeenKeys {
  readonly #moments = new Map<string, number>();
  #order = this.#moments.entries();
  /** What `#order` gave last: the oldest, unless that was seen again or forgotten since. */
  #oldest: readonly [key: string, moment: number] | undefined;
  #newest = -Infinity;
  #characters = 0;

  /** Memory that the keys take, about. */
  get bytes(): number {
    return this.#characters + this.#moments.size * KEY_OVERHEAD;
  }

  get size(): number {
    return this.#moments.size;
  }

  has(key: string): boolean {
    return this.#moments.has(key);
  }

  /** When the oldest was seen; Infinity if there is none. */
  get oldest(): number {
    return this.#peek()?.[1] ?? Infinity;
  }

  /** Returns the moment that counts, in milliseconds since the epoch: never before that of another key, whatever clocks do. */
  add(key: string, now: number): number {
    this.#newest = Math.max(this.#newest, now);
    if (!this.#moments.delete(key)) this.#characters += key.length;
    this.#moments.set(key, this.#newest);
    return this.#newest;
  }

  forgetOldest(): void {
    const oldest = this.#peek();
    if (oldest === undefined) return;
    this.#moments.delete(oldest[0]);
    this.#characters -= oldest[0].length;
    this.#oldest = undefined;
  }

  /** Forgets those seen at that moment or before. */
  forgetThrough(moment: number): void {
    while (this.oldest <= moment) this.forgetOldest();
  }

  clear(): void {
    this.#moments.clear();
    this.#characters = 0;
    this.#oldest = undefined;
  }

  #peek(): readonly [string, number] | undefined {
    while (this.#oldest === undefined || this.#moments.get(this.#oldest[0]) !== this.#oldest[1]) {
      if (this.#moments.size === 0) return undefined;
      let next = this.#order.next();
      // An iterator that has come to the end stays there.
      if (next.done === true) next = (this.#order = this.#moments.entries()).next();
      this.#oldest = next.value;
    }
    return this.#oldest;
  }
}
