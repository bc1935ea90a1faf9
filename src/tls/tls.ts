/** TLS of a broker: what each of its listeners is secured by, and that new certificates are used when they are there. */
import { TLS_LISTENERS, type TlsConfig, type TlsListener, tlsSettings } from '../config/tls-config.ts';
import type { Clock, Timer } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { SecureContexts } from './secure-contexts.ts';

/** How often the files are looked at. */
const LOOK_MS = 5000;

export class Tls {
  readonly #contexts = new Map<TlsListener, SecureContexts>();
  readonly #timer: Timer;

  /** Throws TlsError if a file cannot be used. */
  constructor(config: TlsConfig, log: Logger, clock: Clock) {
    for (const listener of TLS_LISTENERS) {
      if (config[`${listener}Port`] === undefined) continue;
      this.#contexts.set(listener, new SecureContexts(tlsSettings(config, listener), log));
    }
    this.#timer = clock.every(LOOK_MS, () => this.#each((contexts) => contexts.look()));
  }

  /** Undefined for a listener that there is not. */
  of(listener: TlsListener): SecureContexts | undefined {
    return this.#contexts.get(listener);
  }

  /** Reads all files again. Those that cannot be used change nothing, and the log says so. */
  renew(): void {
    this.#each((contexts) => contexts.renew());
  }

  stop(): void {
    this.#timer.cancel();
  }

  #each(action: (contexts: SecureContexts) => void): void {
    for (const contexts of this.#contexts.values()) action(contexts);
  }
}
