/**
 * What a connection's next frame waits for: that what it said so far is stored, that long work it asked for is done, or that it is known who
 * the client is and what it may do. So answers keep their order, and nothing is seen half done.
 */
import type { TimeSlices, SlicedTask } from '../../broker/scheduling/time-slices.ts';
import type { Receipt } from '../../broker/operations/receipt.ts';
import type { TransactionConfirms } from '../../broker/operations/transaction-confirms.ts';
import { unawaited } from '../../util/guard.ts';
import type { ReadPause } from '../input/read-pause.ts';

/** Has `resume` called when a task may go on. Returns false if that is so already. */
export type Wait = (resume: () => void) => boolean;

/** Work of a client that takes time slices, and may have to wait in between. */
export interface LongTask {
  /** See SlicedTask. */
  readonly writes: boolean;
  /** Does a little of it. Returns false if nothing is left to do, or what the rest waits for. */
  step(): boolean | Wait;
}

/** The connection, as its waits see it. */
export interface WaitingConnection {
  readonly broker: { readonly node: { readonly timeSlices: TimeSlices } };
  /** Has `turnEnds` called at the end of this turn. */
  wake(): void;
  /** Does what is no frame's doing: what goes wrong then ends the connection. */
  attempt(action: () => void): void;
}

export class PendingReplies {
  readonly #connection: WaitingConnection;
  readonly #readPause: ReadPause;
  /** Promises that are not settled yet. */
  #awaited = 0;
  /** Tasks that are not done yet. */
  #tasks = 0;
  /** What waited for the store, and may be done. */
  #stored: (() => void) | undefined;

  constructor(connection: WaitingConnection, readPause: ReadPause) {
    this.#connection = connection;
    this.#readPause = readPause;
  }

  /** Calls back with the answer once what the receipt is for is stored, and the messages are safe; until then no further frame is taken. */
  whenStored<Value>(
    receipt: Receipt<Value>,
    messages: TransactionConfirms | undefined,
    callback: (value: Value) => void,
  ): void {
    const connection = this.#connection;
    let waiting = messages === undefined ? 1 : 2;
    let held = false;
    let answer!: Value;
    const done = (): void => {
      if (--waiting > 0) return;
      const tell = (): void => callback(answer);
      if (!held) connection.attempt(tell);
      else {
        // The store and queues tell in the middle of their own work.
        this.#stored = tell;
        connection.wake();
      }
    };
    messages?.whenSafe(done);
    receipt.whenStored((value) => {
      answer = value;
      done();
    });
    if (waiting === 0) return;
    held = true;
    this.#readPause.pause('store');
  }

  /** Does the task in time slices; until it is done no further frame is taken. */
  occupy(task: LongTask): void {
    const connection = this.#connection;
    const { timeSlices } = connection.broker.node;
    this.#tasks++;
    const step = (): boolean => {
      let more: boolean | Wait = false;
      connection.attempt(() => (more = task.step()));
      if (isWait(more) && more(() => timeSlices.add(sliced))) return false;
      if (more === false && --this.#tasks === 0) this.#readPause.resume('task');
      return more !== false;
    };
    const sliced: SlicedTask = { writes: task.writes, step };
    timeSlices.do(sliced);
    if (this.#tasks > 0) this.#readPause.pause('task');
  }

  /** Answers when the promise is fulfilled. If it is rejected, that ends the connection. */
  await<Value>(promise: Promise<Value>, then: (value: Value) => void): void {
    this.#awaited++;
    this.#readPause.pause('access');
    unawaited((error) => this.#fail(error), this.#settle(promise, then));
  }

  async #settle<Value>(promise: Promise<Value>, then: (value: Value) => void): Promise<void> {
    try {
      const value = await promise;
      this.#connection.attempt(() => then(value));
    } catch (error) {
      this.#fail(error);
    }
    // What was done may wait again.
    if (--this.#awaited === 0) this.#readPause.resume('access');
  }

  #fail(error: unknown): void {
    this.#connection.attempt(() => {
      throw error;
    });
  }

  /** Does what waited for the store; returns false if nothing did. Then the connection sends, and calls `answered`. */
  turnEnds(): boolean {
    const stored = this.#stored;
    this.#stored = undefined;
    stored?.();
    return stored !== undefined;
  }

  /** The answer is sent: the next frame may come. */
  answered(): void {
    this.#readPause.resume('store');
  }
}

function isWait(more: boolean | Wait): more is Wait {
  return typeof more === 'function';
}
