/** What the broker's log says of a connection: that it was opened, refused (once), went wrong, and why it is closed. */
import type { AmqpError } from '../../protocol/amqp-error.ts';
import type { Logger } from '../../util/logger.ts';

export class ConnectionLog {
  /** Why it ends, if it ends now. */
  reasonClosed = 'client unexpectedly closed TCP connection';
  readonly #log: Logger;
  readonly #endpoints: { readonly peer: string };
  #isRefused = false;

  constructor(log: Logger, endpoints: { readonly peer: string }) {
    this.#log = log;
    this.#endpoints = endpoints;
  }

  /** `name`: the client's own for it. */
  opened(name: string | undefined, user: string, vhost: string): void {
    this.#log.info({ peer: this.#endpoints.peer, name, user, vhost }, 'connection opened');
  }

  /** Why the client is not let in. */
  refused(reason: string): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#log.warn({ peer: this.#endpoints.peer, reason }, 'connection refused');
  }

  channelClosed(channel: number, { message: reason }: AmqpError): void {
    this.#log.info({ peer: this.#endpoints.peer, channel, reason }, 'channel closed');
  }

  error({ message: reason }: AmqpError): void {
    this.#log.warn({ peer: this.#endpoints.peer, reason }, 'connection error');
  }

  internalError(err: unknown): void {
    this.#log.error({ peer: this.#endpoints.peer, err }, 'internal error');
  }

  closed(): void {
    this.#log.info({ peer: this.#endpoints.peer, reason: this.reasonClosed }, 'connection closed');
  }
}
