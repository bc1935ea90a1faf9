/**
 * The messages of one queue whose publishers wait for them to be on disk, in the order of their sequence numbers.
 * A ring of three parallel columns, so that a waiting message costs no object. Plain arrays, as a few numbers in a typed one take
 * several times their size, and a queue that is published to now and then has but one.
 */
import type { ConfirmTarget } from '../message/message-target.ts';

const FIRST_SLOTS = 4;
/** Most that are kept for logs to come. */
const SPARES = 1024;

export class WaitingConfirms {
  #seqs: number[] = [];
  #numbers: number[] = [];
  #targets: (ConfirmTarget | undefined)[] = [];
  #mask = -1;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** True if it never had more than a few. */
  get small(): boolean {
    return this.#seqs.length <= FIRST_SLOTS;
  }

  /** `seq` is higher than all before it. */
  push(seq: number, target: ConfirmTarget, number: number): void {
    if (this.#length > this.#mask) this.#grow();
    const slot = (this.#head + this.#length++) & this.#mask;
    this.#seqs[slot] = seq;
    this.#numbers[slot] = number;
    this.#targets[slot] = target;
  }

  /** Confirms all messages below `seq`. */
  confirmBelow(seq: number): void {
    while (this.#length > 0 && this.#seqs[this.#head] < seq) {
      const slot = this.#head;
      const target = this.#targets[slot];
      this.#targets[slot] = undefined;
      this.#head = (slot + 1) & this.#mask;
      this.#length--;
      target?.confirmed(this.#numbers[slot]);
    }
  }

  /** Confirms one message ahead of its commit, if its publisher waits: it was settled. */
  confirm(seq: number): void {
    const slot = this.#find(seq);
    if (slot >= 0) this.#tell(slot);
  }

  /** Tells the publisher of a message, if it waits, that the message is not stored. */
  refuse(seq: number): void {
    const slot = this.#find(seq);
    if (slot < 0) return;
    this.#targets[slot]?.rejected(this.#numbers[slot]);
    this.#tell(slot);
  }

  /** The slot of a message; -1 if its publisher does not wait. */
  #find(seq: number): number {
    let low = 0;
    let high = this.#length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const slot = (this.#head + middle) & this.#mask;
      const found = this.#seqs[slot];
      if (found < seq) low = middle + 1;
      else if (found > seq) high = middle - 1;
      else return slot;
    }
    return -1;
  }

  /** Before its turn. */
  #tell(slot: number): void {
    const target = this.#targets[slot];
    this.#targets[slot] = undefined;
    if (slot === this.#head) this.#skipTold();
    target?.confirmed(this.#numbers[slot]);
  }

  /** Drops the entries at the head whose publishers know already. */
  #skipTold(): void {
    while (this.#length > 0 && this.#targets[this.#head] === undefined) {
      this.#head = (this.#head + 1) & this.#mask;
      this.#length--;
    }
  }

  #grow(): void {
    const size = Math.max(FIRST_SLOTS, (this.#mask + 1) * 2);
    const seqs = new Array<number>(size).fill(0);
    const numbers = new Array<number>(size).fill(0);
    const targets = new Array<ConfirmTarget | undefined>(size).fill(undefined);
    for (let i = 0; i < this.#length; i++) {
      const slot = (this.#head + i) & this.#mask;
      seqs[i] = this.#seqs[slot];
      numbers[i] = this.#numbers[slot];
      targets[i] = this.#targets[slot];
    }
    this.#seqs = seqs;
    this.#numbers = numbers;
    this.#targets = targets;
    this.#mask = size - 1;
    this.#head = 0;
  }
}

/** Small ones that no log needs: of very many logs few have a publisher that waits at the same time. */
export class SpareConfirms {
  readonly #spare: WaitingConfirms[] = [];

  take(): WaitingConfirms {
    return this.#spare.pop() ?? new WaitingConfirms();
  }

  /** Nobody waits in it. */
  give(waiting: WaitingConfirms): void {
    if (this.#spare.length < SPARES) this.#spare.push(waiting);
  }
}
