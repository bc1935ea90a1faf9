/**
 * Batches, one behind the other: none is committed behind one that was not, and none by a node that was taken over. What is not known to be
 * committed is asked for, by its number and with a commit: so whatever breaks in the middle, each is committed once.
 */
import type { Clock, Timer } from '../../util/clock.ts';
import { Fenced, type Membership } from './membership.ts';
import type { PrimaryLink } from './primary-link.ts';
import type { Statement } from './session.ts';

/** How long after the last commit a node tells that it lives, in milliseconds. */
const BEAT_MS = 200;
/** Pauses between attempts, in milliseconds: doubled from the first to the last. */
const FIRST_PAUSE = 100;
const LAST_PAUSE = 1000;

/** What was reported is gone, and no batch of this life can be committed behind it: the node goes on with what there is. */
const LOST =
  'the database has lost what it had reported committed: was a standby promoted that had not all of it, or a backup restored?';

/** Who is told what becomes of commits. */
export interface Told {
  /** Why they fail; undefined when they work. */
  trouble: (reason: string | undefined) => void;
  /** This node makes none any more, and why. */
  fenced: (reason: string) => void;
}

export class Chain {
  readonly #link: PrimaryLink;
  readonly #membership: Membership;
  readonly #clock: Clock;
  readonly #told: Told;
  /** Number of the last batch that was begun. */
  #batch = 0;
  #lastAnswer: number;
  /** What is under way and what waits for its turn: one after another, and a session has one transaction at a time. */
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #stopped = false;
  readonly #timer: Timer;

  constructor(link: PrimaryLink, membership: Membership, clock: Clock, told: Told) {
    this.#link = link;
    this.#membership = membership;
    this.#clock = clock;
    this.#told = told;
    this.#lastAnswer = clock.elapsed();
    this.#timer = clock.every(BEAT_MS / 2, () => this.#beatIfIdle());
  }

  /** Resolves when it is committed, however long that takes. Rejects with Fenced if it never will be, and when the chain is stopped. */
  commit(statements: readonly Statement[]): Promise<void> {
    const number = ++this.#batch;
    return this.#inTurn(async (attempt) => {
      if (attempt > 0 && (await this.#lastCommitted(number - 1)) >= number) return;
      await this.#link.attempt((session) => session.transaction([...statements, this.#membership.fence(number)]));
    });
  }

  /** Nothing is tried again. */
  stop(): void {
    this.#stopped = true;
    this.#timer.cancel();
  }

  /** `reported`: number of the last batch that was said to be committed. Throws Fenced if the database has lost it since. */
  async #lastCommitted(reported: number): Promise<number> {
    const last = await this.#link.attempt((session) => this.#membership.beat(session));
    if (last < reported) throw new Fenced(`${LOST} (the last ${reported - last} batches)`);
    return last;
  }

  #beatIfIdle(): void {
    if (this.#waiting > 0 || this.#clock.elapsed() - this.#lastAnswer < BEAT_MS) return;
    const reported = this.#batch;
    void this.#inTurn(() => this.#lastCommitted(reported)).catch(() => undefined);
  }

  #inTurn(work: (attempt: number) => Promise<unknown>): Promise<void> {
    this.#waiting++;
    const turn = this.#turn.then(() => this.#untilItWorks(work));
    this.#turn = turn.catch(() => undefined).then(() => void this.#waiting--);
    return turn;
  }

  async #untilItWorks(work: (attempt: number) => Promise<unknown>): Promise<void> {
    for (let attempt = 0, pause = FIRST_PAUSE; ; attempt++) {
      try {
        await work(attempt);
        break;
      } catch (error) {
        if (this.#stopped) throw error;
        if (error instanceof Fenced) {
          this.stop();
          this.#told.fenced(error.message);
          throw error;
        }
        this.#told.trouble((error as Error).message);
        await this.#link.pause(pause);
        pause = Math.min(2 * pause, LAST_PAUSE);
      }
    }
    this.#lastAnswer = this.#clock.elapsed();
    this.#told.trouble(undefined);
  }
}
