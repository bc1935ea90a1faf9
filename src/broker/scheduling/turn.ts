/**
 * The end of a turn of the event loop: whoever has work that is better done once than after each event (flushing an output
 * buffer, acknowledging a run of publishes) leaves it here, and it is done after all sockets that were readable were read.
 */

import type { Clock } from '../../util/clock.ts';
import { attempt, type Fault } from '../../util/guard.ts';

export interface TurnTask {
  /** Told what goes wrong with it; the others have their turn. */
  readonly fault: Fault;
  /** The turn goes on, but so many wait for its end that what is ready to go had better go now. */
  flushEarly(): void;
  endTurn(): void;
}

/** Tasks that may gather something before they are flushed early: each holds a buffer, and memory for thousands would be new every turn. */
const CROWD = 128;

const endTurn = (task: TurnTask): void => task.endTurn();
const flushEarly = (task: TurnTask): void => task.flushEarly();

export class Turn {
  readonly #clock: Clock;
  #tasks: TurnTask[] = [];
  #spare: TurnTask[] = [];
  #scheduled = false;
  /** Tasks that were flushed early in this turn: the first ones. */
  #flushed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `task.endTurn` at the end of this turn, or of the next if this one is ending. Each call counts: ask once. */
  atEnd(task: TurnTask): void {
    this.#tasks.push(task);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(this.#run);
  }

  /** To be called between two events, while nobody is in the middle of anything. */
  flushCrowdEarly(): void {
    const tasks = this.#tasks;
    if (tasks.length - this.#flushed < CROWD) return;
    const from = this.#flushed;
    this.#flushed = tasks.length;
    for (let i = from; i < this.#flushed; i++) attempt(tasks[i].fault, flushEarly, tasks[i]);
  }

  readonly #run = (): void => {
    const tasks = this.#tasks;
    this.#tasks = this.#spare;
    this.#scheduled = false;
    this.#flushed = 0;
    for (let i = 0; i < tasks.length; i++) attempt(tasks[i].fault, endTurn, tasks[i]);
    tasks.length = 0;
    this.#spare = tasks;
  };
}
