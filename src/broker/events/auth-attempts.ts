/** Logins by protocol (RabbitMQ: `auth_attempts`). */

export type AuthProtocol = 'amqp091' | 'http';

export interface AuthAttempts {
  readonly succeeded: number;
  readonly failed: number;
}

export class AuthCounters {
  readonly #byProtocol = new Map<AuthProtocol, { succeeded: number; failed: number }>();

  count(protocol: AuthProtocol, succeeded: boolean): void {
    let attempts = this.#byProtocol.get(protocol);
    if (attempts === undefined) this.#byProtocol.set(protocol, (attempts = { succeeded: 0, failed: 0 }));
    if (succeeded) attempts.succeeded++;
    else attempts.failed++;
  }

  /** Begins anew. */
  reset(): void {
    this.#byProtocol.clear();
  }

  /** Of those protocols that somebody logged in by, or tried to. */
  get byProtocol(): ReadonlyMap<AuthProtocol, AuthAttempts> {
    return this.#byProtocol;
  }
}
