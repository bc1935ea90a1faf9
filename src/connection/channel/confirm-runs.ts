/** Whose counters a confirm is for: messages to one exchange mostly follow one another, so that of each run of them only the first is noted. */
import type { PublishCounters } from '../../broker/events/counters.ts';
import { Deque } from '../../util/deque.ts';

interface Run {
  /** Publish sequence number of its first message. */
  readonly first: number;
  readonly counters: PublishCounters;
}

export class ConfirmRuns {
  /** Of the run that goes on. Most channels publish to one exchange, and have no other. */
  #newest: PublishCounters | undefined;
  /** All of them, the newest last, if any message may be of an older one. */
  readonly #runs = new Deque<Run>();

  /** The next message, of a larger number than those before it. */
  published(publishSeqNo: number, counters: PublishCounters): void {
    if (counters !== this.#newest) this.#begin(publishSeqNo, counters);
  }

  /** `oldest`: no message below it is confirmed any more. */
  confirmed(publishSeqNo: number, oldest: number): void {
    if (this.#runs.length > 1) this.#find(publishSeqNo, oldest).confirm++;
    else this.#newest!.confirm++;
  }

  #begin(first: number, counters: PublishCounters): void {
    this.#newest = counters;
    this.#runs.push({ first, counters });
  }

  #find(publishSeqNo: number, oldest: number): PublishCounters {
    const runs = this.#runs;
    while (runs.length > 1 && runs.at(1).first <= oldest) runs.shift();
    let low = 0;
    for (let high = runs.length - 1; low < high;) {
      const middle = (low + high + 1) >>> 1;
      if (runs.at(middle).first <= publishSeqNo) low = middle;
      else high = middle - 1;
    }
    return runs.at(low).counters;
  }
}
