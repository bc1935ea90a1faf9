/** Long operations that somebody started and may look at or cancel: each by its number, as long as the broker runs. */

export type JobState = 'running' | 'completed' | 'cancelled' | 'failed';

export interface Job {
  /** What it does, in a line. */
  readonly description: string;
  readonly vhost: string;
  readonly user: string;
  readonly state: JobState;
  /** Why it failed. */
  readonly error: string | undefined;
  /** How far it is: numbers by their names. */
  readonly progress: Readonly<Record<string, number>>;
  /** Ends a job that runs; what it has done stays done. */
  cancel(): void;
}

/** Jobs that have ended are known up to this number, the newest. */
const ENDED_KEPT = 100;

export class Jobs {
  readonly #byId = new Map<number, Job>();
  #lastId = 0;

  /** In the order in which they were started. */
  [Symbol.iterator](): IterableIterator<[number, Job]> {
    return this.#byId.entries();
  }

  get(id: number): Job | undefined {
    return this.#byId.get(id);
  }

  /** Returns the number that the job is known by. */
  add(job: Job): number {
    const ended = [...this.#byId].filter(([, { state }]) => state !== 'running');
    for (const [id] of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT + 1))) this.#byId.delete(id);
    this.#byId.set(++this.#lastId, job);
    return this.#lastId;
  }
}
