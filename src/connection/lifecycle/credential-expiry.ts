/** When what a client came in by expires: a token, say. */
import { AmqpError } from '../../protocol/amqp-error.ts';
import type { Clock, Timer } from '../../util/clock.ts';

export class CredentialExpiry {
  readonly #clock: Clock;
  readonly #expired: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** In place of what was watched before. `at`: in milliseconds since the epoch, Infinity for never. */
  watch(at: number): void {
    this.cancel();
    if (at === Infinity) return;
    // A timer may be shorter than what it was asked for.
    const rings = (): void => (this.#clock.now() < at ? this.watch(at) : this.#expired());
    this.#timer = this.#clock.after(Math.max(at - this.#clock.now(), 0), rings);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/** RabbitMQ's words. */
export function credentialExpired(): AmqpError {
  return new AmqpError('CONNECTION_FORCED', 'credential expired');
}
