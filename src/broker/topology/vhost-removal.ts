/**
 * A vhost goes with all that is in it: one queue after the other, in time slices, and then itself. After a crash on the way it is there
 * again, with the queues that were left: nobody was told that it is gone.
 */
import type { SlicedTask, TimeSlices } from '../scheduling/time-slices.ts';
import type { DeclaredQueue } from '../queue/declared-queue.ts';

export interface LeavingVhost {
  readonly queues: Iterator<DeclaredQueue>;
  deleteQueue(queue: DeclaredQueue): void;
}

export class VhostRemoval implements SlicedTask {
  readonly writes = true;
  readonly #vhost: LeavingVhost;
  readonly #timeSlices: TimeSlices;
  /** Removes the vhost itself. */
  readonly #emptied: () => void;
  readonly #queues: Iterator<DeclaredQueue>;
  readonly #waiting: (() => void)[] = [];
  #done = false;

  constructor(vhost: LeavingVhost, timeSlices: TimeSlices, emptied: () => void) {
    this.#vhost = vhost;
    this.#timeSlices = timeSlices;
    this.#emptied = emptied;
    this.#queues = vhost.queues;
  }

  begin(): this {
    this.#timeSlices.do(this);
    return this;
  }

  whenDone(callback: () => void): void {
    if (this.#done) callback();
    else this.#waiting.push(callback);
  }

  step(): boolean {
    if (this.#done) return false;
    const next = this.#queues.next();
    if (next.done !== true) {
      this.#remove(next.value);
      return true;
    }
    this.#done = true;
    this.#emptied();
    for (const callback of this.#waiting.splice(0)) callback();
    return false;
  }

  /** Does all that is left in this turn. */
  finish(): void {
    while (this.step());
  }

  stop(): void {
    this.finish();
  }

  #remove(queue: DeclaredQueue): void {
    try {
      this.#vhost.deleteQueue(queue);
    } catch (error) {
      // The others are to go too.
      this.#timeSlices.add(this);
      throw error;
    }
  }
}
