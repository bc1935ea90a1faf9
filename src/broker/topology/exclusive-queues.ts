/** The exclusive queues of a vhost by the connection that each belongs to, so that the end of one asks nothing of the others' queues. */
import type { DeclaredQueue, Owner } from '../queue/declared-queue.ts';

export class ExclusiveQueues {
  readonly #byOwner = new Map<Owner, Set<DeclaredQueue>>();

  /** Queues that are not exclusive are none of its business. */
  add(queue: DeclaredQueue): void {
    const { owner } = queue;
    if (owner === undefined) return;
    const queues = this.#byOwner.get(owner);
    if (queues === undefined) this.#byOwner.set(owner, new Set([queue]));
    else queues.add(queue);
  }

  remove(queue: DeclaredQueue): void {
    const { owner } = queue;
    if (owner === undefined) return;
    const queues = this.#byOwner.get(owner);
    queues?.delete(queue);
    if (queues?.size === 0) this.#byOwner.delete(owner);
  }

  /** A list of its own: the queues may be removed meanwhile. */
  of(owner: Owner): readonly DeclaredQueue[] {
    return [...(this.#byOwner.get(owner) ?? [])];
  }
}
