/**
 * Deliveries that wait too long for their acknowledgement close their channel (RabbitMQ: Consumers, "Delivery Acknowledgement
 * Timeout"). One timer for all channels looks at each channel's oldest delivery; a delivery notes the tick it was made in, so
 * that it costs neither a timer nor a look at the clock.
 */
import type { Clock } from '../../util/clock.ts';
import { attempt, type Fault } from '../../util/guard.ts';
import { TICK_MS, Ticker } from '../lifecycle/ticker.ts';

export interface DeliveringChannel {
  /** `fault`: told what goes wrong with it; the others are looked at all the same. */
  readonly connection: { readonly fault: Fault };
  /** A tick is over. */
  checkTimeout(): void;
}

export class DeliveryTimeouts {
  readonly #channels = new Set<DeliveringChannel>();
  readonly #ticker: Ticker;
  #tick = 0;

  constructor(clock: Clock) {
    this.#ticker = new Ticker(clock, (times) => this.#check(times));
  }

  /** The present, in ticks: what a delivery notes. */
  get tick(): number {
    return this.#tick;
  }

  /**
   * True if `timeout` milliseconds have passed since a delivery of that tick: noticed up to two ticks late, and never early. 0: it may
   * take for ever.
   */
  isOver(tick: number, timeout: number): boolean {
    // The delivery may have been made at the very end of its tick.
    return timeout > 0 && (this.#tick - tick - 1) * TICK_MS >= timeout;
  }

  add(channel: DeliveringChannel): void {
    this.#channels.add(channel);
    this.#ticker.runFor(this.#channels.size);
  }

  remove(channel: DeliveringChannel): void {
    this.#channels.delete(channel);
    this.#ticker.runFor(this.#channels.size);
  }

  #check(times: number): void {
    this.#tick += times;
    for (const channel of this.#channels) attempt(channel.connection.fault, checkTimeout, channel);
  }
}

function checkTimeout(channel: DeliveringChannel): void {
  channel.checkTimeout();
}
