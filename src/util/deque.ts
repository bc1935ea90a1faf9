/**
 * A double-ended queue on a ring: push at the tail, shift at the head, read by position, all in constant time.
 *
 *   slots  [ f | g | . | . | c | d | e ]        head = 4, length = 5
 *                            ^ at(0)            at(3) is f
 */
export class Deque<T> {
  #slots: (T | undefined)[] = new Array<T | undefined>(4);
  #mask = 3;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The item at a position from the head; the position must be below `length`. */
  at(index: number): T {
    return this.#slots[(this.#head + index) & this.#mask] as T;
  }

  get first(): T | undefined {
    return this.#slots[this.#head];
  }

  get last(): T | undefined {
    return this.#length === 0 ? undefined : this.at(this.#length - 1);
  }

  push(item: T): void {
    if (this.#length > this.#mask) this.#grow();
    this.#slots[(this.#head + this.#length) & this.#mask] = item;
    this.#length++;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length--;
    return item;
  }

  clear(): void {
    this.#slots = new Array<T | undefined>(4);
    this.#mask = 3;
    this.#head = 0;
    this.#length = 0;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.at(i);
  }

  #grow(): void {
    const slots = new Array<T | undefined>((this.#mask + 1) * 2);
    for (let i = 0; i < this.#length; i++) slots[i] = this.at(i);
    this.#slots = slots;
    this.#mask = slots.length - 1;
    this.#head = 0;
  }
}
