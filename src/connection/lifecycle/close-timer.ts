/** How long a client that is not let in, or not any more, keeps its socket. The latest word on that counts. */
import type { Clock, Timer } from '../../util/clock.ts';

/** After what leaves nothing to say or to read, such as a refusal, milliseconds (RabbitMQ's SILENT_CLOSE_DELAY). */
const SILENT_CLOSE_MS = 3000;
/** Without an answer to connection.close: the interval of the client's heartbeats, but no more than this (RabbitMQ's CLOSING_TIMEOUT). */
const CLOSING_MS = 30_000;

export class CloseTimer {
  readonly #clock: Clock;
  readonly #close: (reason: string) => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, close: (reason: string) => void) {
    this.#clock = clock;
    this.#close = close;
  }

  after(ms: number, reason: string): void {
    this.cancel();
    this.#timer = this.#clock.after(ms, () => this.#close(reason));
  }

  afterSilence(reason: string): void {
    this.after(SILENT_CLOSE_MS, reason);
  }

  /** `heartbeat`: in seconds, 0 for none. */
  withoutAnswer(heartbeat: number): void {
    const interval = heartbeat === 0 ? Infinity : heartbeat * 1000;
    this.after(Math.min(interval, CLOSING_MS), 'no answer to connection.close');
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
