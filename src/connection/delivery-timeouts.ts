/**
 * Deliveries that wait too long for their acknowledgement close their channel (RabbitMQ: Consumers, "Delivery Acknowledgement
 * Timeout"). One timer for all channels looks at each channel's oldest delivery; a delivery notes the tick it was made in, so
 * that it costs neither a timer nor a look at the clock.
 */
import type { Clock, Timer } from '../util/clock.ts';

/** How often the channels are looked at, in milliseconds: a timeout is noticed up to two ticks late, and never early. */
const TICK_MS = 500;

export interface DeliveringChannel {
  /** A tick is over. */
  checkTimeout(): void;
}

export class DeliveryTimeouts {
  readonly #clock: Clock;
  readonly #channels = new Set<DeliveringChannel>();
  #tick = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The present, in ticks: what a delivery notes. */
  get tick(): number {
    return this.#tick;
  }

  /** True where `timeout` milliseconds have passed since a delivery of that tick. 0: it may take for ever. */
  isOver(tick: number, timeout: number): boolean {
    // The delivery may have been made at the very end of its tick.
    return timeout > 0 && (this.#tick - tick - 1) * TICK_MS >= timeout;
  }

  add(channel: DeliveringChannel): void {
    this.#channels.add(channel);
    this.#timer ??= this.#clock.every(TICK_MS, () => this.#check());
  }

  remove(channel: DeliveringChannel): void {
    this.#channels.delete(channel);
    if (this.#channels.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #check(): void {
    this.#tick++;
    for (const channel of this.#channels) channel.checkTimeout();
  }
}
