/**
 * The end of a turn of the event loop: whoever has work that is better done once than after each event (flushing an output
 * buffer, acknowledging a run of publishes) leaves it here, and it is done after all sockets that were readable were read.
 */

export interface TurnTask {
  endTurn(): void;
}

export class Turn {
  #tasks: TurnTask[] = [];
  #spare: TurnTask[] = [];
  #scheduled = false;

  /** Calls `task.endTurn` at the end of this turn, or of the next if this one is ending. Each call counts: ask once. */
  atEnd(task: TurnTask): void {
    this.#tasks.push(task);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const tasks = this.#tasks;
    this.#tasks = this.#spare;
    this.#scheduled = false;
    for (let i = 0; i < tasks.length; i++) tasks[i].endTurn();
    tasks.length = 0;
    this.#spare = tasks;
  };
}
