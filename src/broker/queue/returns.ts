/**
 * How often the messages of a queue came back from consumers (RabbitMQ: Quorum Queues, "Poison Message Handling"). Only those
 * that did are counted, by sequence number, and only for as long as they are in the queue.
 */
export class Returns {
  readonly #counts = new Map<number, number>();

  /** Messages that came back and are still in the queue. */
  get size(): number {
    return this.#counts.size;
  }

  /** How often the message came back; undefined where it never did. */
  count(seq: number): number | undefined {
    return this.#counts.get(seq);
  }

  /** The message comes back once more. Returns how often it did. */
  add(seq: number): number {
    const count = (this.#counts.get(seq) ?? 0) + 1;
    this.#counts.set(seq, count);
    return count;
  }

  /** The message is gone. */
  forget(seq: number): void {
    this.#counts.delete(seq);
  }

  /** Many are gone: forgets all that the queue no longer `holds`. */
  forgetGone(holds: (seq: number) => boolean): void {
    for (const seq of this.#counts.keys()) if (!holds(seq)) this.#counts.delete(seq);
  }
}
