/** Publishes as fast as the broker takes it, or at a rate, with or without confirms. */
import { BASIC_ACK } from '../../src/protocol/generated/constants.ts';
import { readU64 } from '../../src/util/bytes.ts';
import { BenchConnection, type FrameReceiver } from '../client/connection.ts';
import { Messages } from './messages.ts';
import type { Counters, PublisherSpec, Role } from './role.ts';
import { writeTime } from './times.ts';

/** Writes in a row before the thread looks at what came in. */
const WRITES_A_TURN = 16;
/** Between two looks at the clock, in milliseconds, at a given rate. */
const PACE_MS = 0.2;

export class Publisher implements Role, FrameReceiver {
  readonly #connection: BenchConnection;
  readonly #spec: PublisherSpec;
  readonly #counters: Counters;
  readonly #messages: Messages;
  readonly #fail: (error: Error) => void;
  #sent = 0;
  #confirmed = 0;
  /** Confirmed out of order: numbers above `#confirmed`. */
  readonly #overtook = new Set<number>();
  #startedAt = 0;
  #blocked = false;
  #scheduled = false;
  #running = false;
  #onConfirmed: (() => void) | undefined;

  private constructor(
    connection: BenchConnection,
    spec: PublisherSpec,
    counters: Counters,
    fail: (error: Error) => void,
  ) {
    this.#connection = connection;
    this.#spec = spec;
    this.#counters = counters;
    this.#fail = fail;
    this.#messages = new Messages(spec, connection.frameMax);
    connection.receiver = this;
    connection.onDrain = () => {
      this.#blocked = false;
      this.#pump();
    };
  }

  static async open(
    url: string,
    spec: PublisherSpec,
    counters: Counters,
    fail: (error: Error) => void,
  ): Promise<Publisher> {
    const connection = await BenchConnection.withChannel(url, { onFailure: fail });
    if (spec.unconfirmed > 0) {
      await connection.call(1, { name: 'confirm.select', noWait: false }, 'confirm.select-ok');
    }
    return new Publisher(connection, spec, counters, fail);
  }

  start(): void {
    this.#running = true;
    this.#startedAt = performance.now();
    if (this.#spec.rate > 0) this.#pace();
    else this.#pump();
  }

  async stop(): Promise<void> {
    const { count, unconfirmed } = this.#spec;
    if (count > 0) await this.#until(() => this.#sent >= count);
    this.#running = false;
    if (unconfirmed > 0) await this.#until(() => this.#confirmed === this.#sent);
    // Its answer says that everything before it was read.
    await this.#connection.call(
      1,
      { name: 'channel.close', replyCode: 200, replyText: 'done', classId: 0, methodId: 0 },
      'channel.close-ok',
    );
  }

  async end(): Promise<void> {
    await this.#connection.close();
  }

  // FrameReceiver

  method(key: number, buffer: Buffer, start: number, end: number): void {
    if (key !== BASIC_ACK) throw new Error('the broker refused a message (basic.nack)');
    const number = readU64(buffer, start + 4);
    if ((buffer[end - 1] & 1) !== 0) this.#confirmed = number;
    else if (number === this.#confirmed + 1) this.#confirmed = number;
    else this.#overtook.add(number);
    while (this.#overtook.size > 0 && this.#overtook.delete(this.#confirmed + 1)) this.#confirmed++;
  }

  header(): never {
    throw new Error('content where none was asked for');
  }

  body(): never {
    throw new Error('content where none was asked for');
  }

  endRead(): void {
    this.#counters.confirmed = this.#confirmed;
    if (this.#confirmed > this.#sent) this.#fail(new Error('more was confirmed than sent'));
    this.#onConfirmed?.();
    if (this.#spec.rate === 0) this.#pump();
  }

  #pump(): void {
    if (!this.#running || this.#blocked || this.#scheduled) return;
    const { unconfirmed, count } = this.#spec;
    for (let i = 0; i < WRITES_A_TURN; i++) {
      let most = this.#messages.aWrite;
      if (unconfirmed > 0) most = Math.min(most, unconfirmed - (this.#sent - this.#confirmed));
      if (count > 0) most = Math.min(most, count - this.#sent);
      if (most <= 0) {
        this.#onConfirmed?.();
        return;
      }
      const { bytes, count: taken } = this.#messages.take(most);
      const hasRoom = this.#connection.write(bytes);
      this.#sent += taken;
      this.#counters.published = this.#sent;
      if (!hasRoom) {
        this.#blocked = true;
        return;
      }
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Sends what is due by the clock, then sleeps: a timer of the event loop would be too coarse. */
  #pace(): void {
    if (!this.#running) return;
    const due = Math.floor(((performance.now() - this.#startedAt) / 1000) * this.#spec.rate) - this.#sent;
    if (due > 0) {
      this.#connection.write(this.#messages.fresh(due, writeTime));
      this.#sent += due;
      this.#counters.published = this.#sent;
    } else Atomics.wait(NEVER, 0, 0, PACE_MS);
    setImmediate(() => this.#pace());
  }

  async #until(done: () => boolean): Promise<void> {
    if (done()) return;
    await new Promise<void>((resolve) => {
      this.#onConfirmed = () => {
        if (done()) resolve();
      };
    });
    this.#onConfirmed = undefined;
  }
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));
