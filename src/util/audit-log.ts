/**
 * Who came in, who was refused, and who changed what: a line of JSON each, for what watches over many systems (a SIEM). docs/authentication.md
 * says what the fields mean. No secret is in them.
 */
import { createWriteStream, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Clock } from './clock.ts';
import { type Fault, hear } from './guard.ts';

export interface AuditEntry {
  readonly event: 'sign-in' | 'refusal' | 'change';
  readonly outcome: 'success' | 'failure';
  readonly protocol: 'amqp091' | 'http';
  /** As it says that it is called, if it was not let in. */
  readonly user: string;
  /** Address and port. */
  readonly peer: string;
  readonly vhost?: string | undefined;
  /** How it said who it is: a SASL mechanism, `session` for the page, or `certificate` of one that was refused by TLS. */
  readonly mechanism?: string;
  /** `PUT /api/users/ann`; of a refusal with the names of what the path has in their places. */
  readonly action?: string;
  /** Of a failure. */
  readonly reason?: string;
}

/** Of a client whose certificate does not let it in: what it is called nobody has heard. */
export function refusedCertificate(protocol: AuditEntry['protocol'], peer: string, reason: string): AuditEntry {
  return { event: 'sign-in', outcome: 'failure', protocol, user: '', peer, mechanism: 'certificate', reason };
}

export class AuditLog {
  readonly #out: Writable;
  readonly #clock: Clock;

  /** `place`: a file, which is appended to, or `stdout`. Throws the system's error for a file that cannot be written. */
  constructor(place: string, clock: Clock, fault: Fault) {
    this.#clock = clock;
    this.#out = place === 'stdout' ? process.stdout : createWriteStream(place, { fd: openSync(place, 'a', 0o600) });
    if (place !== 'stdout') hear(this.#out, 'error', fault, fault);
  }

  record(entry: AuditEntry): void {
    this.#out.write(`${JSON.stringify({ time: new Date(this.#clock.now()).toISOString(), ...entry })}\n`);
  }

  /** Resolves when all of it is written. */
  async close(): Promise<void> {
    if (this.#out === process.stdout) return;
    await new Promise<void>((resolve) => this.#out.end(resolve));
  }
}
