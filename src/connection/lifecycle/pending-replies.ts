/**
 * What a connection's next frame waits for: that what it said so far is stored, that long work it asked for is done, or that it is known who
 * the client is and what it may do. So answers keep their order, and nothing is seen half done.
 */
import type { TimeSlices, SlicedTask } from '../../broker/scheduling/time-slices.ts';
import type { Receipt } from '../../broker/operations/receipt.ts';
import type { TransactionConfirms } from '../../broker/operations/transaction-confirms.ts';
import { unawaited } from '../../util/guard.ts';
import type { LongTask, Wait } from '../channel/channel-host.ts';
import type { ReadPause } from '../input/read-pause.ts';

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

  /** See ChannelHost. */
  whenStored(receipt: Receipt<unknown>, messages: TransactionConfirms | undefined, callback: () => void): void {
    const connection = this.#connection;
    let waiting = messages === undefined ? 1 : 2;
    let held = false;
    const done = (): void => {
      if (--waiting > 0) return;
      if (!held) connection.attempt(callback);
      else {
        // The store and queues tell in the middle of their own work.
        this.#stored = callback;
        connection.wake();
      }
    };
    messages?.whenSafe(done);
    receipt.whenStored(done);
    if (waiting === 0) return;
    held = true;
    this.#readPause.pause('store');
  }

  /** See ChannelHost. */
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
