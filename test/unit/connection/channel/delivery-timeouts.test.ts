/** How long deliveries wait, by a clock that the test holds. */
import { describe, expect, it } from 'vitest';
import { type DeliveringChannel, DeliveryTimeouts } from '../../../../src/connection/channel/delivery-timeouts.ts';
import { rethrow } from '../../../../src/util/guard.ts';
import { HandClock } from '../../../support/hand-clock.ts';

/** Makes one delivery and notes when that was found to have waited too long. */
class Channel implements DeliveringChannel {
  readonly connection = { fault: rethrow };
  over: number | undefined;
  readonly #clock: HandClock;
  readonly #timeouts: DeliveryTimeouts;
  readonly #timeout: number;
  #tick: number | undefined;

  constructor(clock: HandClock, timeouts: DeliveryTimeouts, timeout: number) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#timeout = timeout;
    timeouts.add(this);
  }

  deliver(): void {
    this.#tick = this.#timeouts.tick;
  }

  checkTimeout(): void {
    if (this.#tick === undefined || this.over !== undefined) return;
    if (this.#timeouts.isOver(this.#tick, this.#timeout)) this.over = this.#clock.now();
  }
}

describe('delivery timeouts', () => {
  it.each([0, 1, 250, 499])('are never early, and at most a second late (a delivery %i ms into a tick)', (ms) => {
    const clock = new HandClock(0);
    const channel = new Channel(clock, new DeliveryTimeouts(clock), 60_000);
    clock.pass(10_000 + ms);
    channel.deliver();
    const at = clock.now();
    clock.pass(60_000);
    expect(channel.over).toBeUndefined();
    clock.pass(1000);
    expect(channel.over! - at).toBeGreaterThanOrEqual(60_000);
  });

  it('of 0 never come', () => {
    const clock = new HandClock(0);
    const channel = new Channel(clock, new DeliveryTimeouts(clock), 0);
    channel.deliver();
    clock.pass(3_600_000);
    expect(channel.over).toBeUndefined();
  });

  it('take one timer for all channels, and none where there is no channel', () => {
    const clock = new HandClock();
    const timeouts = new DeliveryTimeouts(clock);
    const channels = [1, 2, 3].map((timeout) => new Channel(clock, timeouts, timeout));
    expect(clock.timers).toBe(1);
    for (const channel of channels) timeouts.remove(channel);
    expect(clock.timers).toBe(0);
    timeouts.add(channels[0]);
    expect(clock.timers).toBe(1);
  });
});
