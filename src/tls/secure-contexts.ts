/**
 * What one listener is secured by: its certificates as they are now. They are read again when their files change; connections that are there
 * stay as they are. Files that cannot be used change nothing.
 */
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { TlsSettings } from '../config/tls-config.ts';
import type { Logger } from '../util/logger.ts';
import { type CertificateRefused, Handshakes, type Secured, type ServerContexts } from './handshakes.ts';
import { type Identity, readIdentities } from './identity.ts';
import { TlsError } from './tls-error.ts';

export class SecureContexts implements ServerContexts {
  readonly settings: TlsSettings;
  readonly #log: Logger;
  readonly #files: readonly string[];
  readonly #renewed: (() => void)[] = [];
  #identities: readonly Identity[];
  /** How the files looked when they were read, and when they were last looked at. */
  #read: string;
  #seen: string;

  /** Throws TlsError if a file cannot be used. */
  constructor(settings: TlsSettings, log: Logger) {
    this.settings = settings;
    this.#log = log;
    this.#files = [...settings.cert, ...settings.key, ...settings.ca, ...settings.crl];
    this.#read = this.#seen = this.#looks();
    this.#identities = readIdentities(settings);
  }

  /** The broker's certificates; the first is for clients that name no host, or one that none is for. */
  get identities(): readonly Identity[] {
    return this.#identities;
  }

  /** What a TLS server of Node's is made with. */
  get options(): SecureContextOptions {
    return this.#identities[0].options;
  }

  contextFor(host: string): SecureContext {
    const fitting = this.#identities.find(({ certificate }) => certificate.checkHost(host) !== undefined);
    return (fitting ?? this.#identities[0]).context;
  }

  /** Called when there are other certificates. */
  onRenewed(callback: () => void): void {
    this.#renewed.push(callback);
  }

  /** Secures the sockets that a listener accepts: `ready` is given each that is. */
  handshakes(ready: (secured: Secured, accepted: Socket) => void, refused?: CertificateRefused): Handshakes {
    return new Handshakes(this, this.#log, ready, refused);
  }

  /** Reads the files again. */
  renew(): void {
    this.#read = this.#seen = this.#looks();
    try {
      this.#identities = readIdentities(this.settings);
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      this.#log.error({ reason: error.message }, 'the new TLS files cannot be used: those from before stay');
      return;
    }
    for (const callback of this.#renewed) callback();
    for (const { file, certificate } of this.#identities) {
      this.#log.info({ file, expires: certificate.validTo }, 'the TLS certificate is read again');
    }
  }

  /** Reads the files again if they changed, and stayed as they are since the last look: several are rarely written in one step. */
  look(): void {
    const looks = this.#looks();
    const settled = looks === this.#seen;
    this.#seen = looks;
    if (settled && looks !== this.#read) this.renew();
  }

  #looks(): string {
    return this.#files.map(looksOf).join();
  }
}

/** Changes with the file, also if what it is a link to is another one. */
function looksOf(file: string): string {
  try {
    const { dev, ino, size, mtimeMs } = statSync(file);
    return `${dev}:${ino}:${size}:${mtimeMs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}
