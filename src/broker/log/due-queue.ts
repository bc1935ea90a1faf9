/**
 * Messages by the moment that each waits for: a heap of two columns of numbers, so that a million that wait are no million
 * objects. Those of one moment come out in the order of their sequence numbers.
 */
import type { MemoryBudget } from './memory-budget.ts';

const NONE = new Float64Array(0);
const FIRST_SLOTS = 16;

export class DueQueue {
  readonly #memory: Pick<MemoryBudget, 'changed'>;
  #moments = NONE;
  #seqs = NONE;
  #length = 0;

  /** `memory`: where it counts. */
  constructor(memory: Pick<MemoryBudget, 'changed'>) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  /** The first moment, in milliseconds since the epoch; Infinity if nothing waits. */
  get at(): number {
    return this.#length === 0 ? Infinity : this.#moments[0];
  }

  /** The message that waits for that moment; -1 if nothing waits. */
  get first(): number {
    return this.#length === 0 ? -1 : this.#seqs[0];
  }

  push(moment: number, seq: number): void {
    if (this.#length === this.#seqs.length) this.#resize(Math.max(FIRST_SLOTS, this.#length * 2));
    this.#put(this.#siftUp(this.#length++, moment, seq), moment, seq);
  }

  /** Removes the first message, of those that wait, and returns it. */
  pop(): number {
    const first = this.#seqs[0];
    this.#takeOut(0);
    return first;
  }

  /** Removes a message wherever it is, after a look at all. Returns false if it does not wait. */
  remove(seq: number): boolean {
    const slot = this.#seqs.subarray(0, this.#length).indexOf(seq);
    if (slot >= 0) this.#takeOut(slot);
    return slot >= 0;
  }

  /** Removes all and returns them, in no order. */
  clear(): Float64Array {
    const seqs = this.#seqs.subarray(0, this.#length);
    this.#hold(NONE, NONE);
    this.#length = 0;
    return seqs;
  }

  /** What is in the last slot comes in place of what is in this. */
  #takeOut(slot: number): void {
    const last = --this.#length;
    const [moment, seq] = [this.#moments[last], this.#seqs[last]];
    const risen = this.#siftUp(slot, moment, seq);
    this.#put(risen < slot ? risen : this.#siftDown(slot, moment, seq), moment, seq);
    if (last < this.#seqs.length / 4) this.#resize(last * 2);
  }

  /** Those that come later move down. Returns the slot that is free now. */
  #siftUp(slot: number, moment: number, seq: number): number {
    while (slot > 0) {
      const parent = (slot - 1) >>> 1;
      if (!this.#isAfter(parent, moment, seq)) break;
      this.#move(parent, slot);
      slot = parent;
    }
    return slot;
  }

  /** Those that come sooner move up. Returns the slot that is free now. */
  #siftDown(slot: number, moment: number, seq: number): number {
    for (;;) {
      let child = slot * 2 + 1;
      if (child >= this.#length) return slot;
      if (child + 1 < this.#length && this.#isAfter(child, this.#moments[child + 1], this.#seqs[child + 1])) child++;
      if (this.#isAfter(child, moment, seq)) return slot;
      this.#move(child, slot);
      slot = child;
    }
  }

  #isAfter(slot: number, moment: number, seq: number): boolean {
    const own = this.#moments[slot];
    return own > moment || (own === moment && this.#seqs[slot] > seq);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#moments[from], this.#seqs[from]);
  }

  #put(slot: number, moment: number, seq: number): void {
    this.#moments[slot] = moment;
    this.#seqs[slot] = seq;
  }

  #resize(slots: number): void {
    if (slots < FIRST_SLOTS) return;
    const moments = new Float64Array(slots);
    const seqs = new Float64Array(slots);
    moments.set(this.#moments.subarray(0, this.#length));
    seqs.set(this.#seqs.subarray(0, this.#length));
    this.#hold(moments, seqs);
  }

  #hold(moments: Float64Array<ArrayBuffer>, seqs: Float64Array<ArrayBuffer>): void {
    this.#memory.changed(moments.byteLength + seqs.byteLength - this.#moments.byteLength - this.#seqs.byteLength);
    this.#moments = moments;
    this.#seqs = seqs;
  }
}
