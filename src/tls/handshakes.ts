/**
 * The TLS handshakes of a listener: sockets come in as the system accepted them and go out secured, or not at all. Who is slow is dropped
 * after a while; who comes when very many are under way takes the place of the one that has waited longest.
 */
import type { Socket } from 'node:net';
import { createServer, type SecureContext, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { TlsSettings } from '../config/tls-config.ts';
import type { Logger } from '../util/logger.ts';
import { attempt, type Fault, hear } from '../util/guard.ts';
import { peerOf } from '../util/ip-address.ts';
import { TlsSession } from './session.ts';

/** Of a client that had to show a certificate. */
const SHOWS_NONE = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';

/** Each holds some 50 KB until it is done. */
const MOST_UNDER_WAY = 1000;

/** What sockets are secured by: see secure-contexts.ts. */
export interface ServerContexts {
  readonly settings: TlsSettings;
  readonly options: SecureContextOptions;
  contextFor(host: string): SecureContext;
  onRenewed(callback: () => void): void;
}

/** A socket whose handshake is done. */
export interface Secured {
  readonly socket: Socket;
  readonly session: TlsSession;
}

/** Told of a client whose certificate does not let it in: its address and port, and why. */
export type CertificateRefused = (peer: string, reason: string) => void;

/** Node says by this which socket it was that it secured. */
interface Wrapping {
  readonly _parent: Socket;
}

export class Handshakes {
  readonly #contexts: ServerContexts;
  readonly #log: Logger;
  /** Told what goes wrong with one of them. */
  readonly fault: Fault;
  readonly #ready: (secured: Secured, accepted: Socket) => void;
  readonly #refused: CertificateRefused;
  /** It listens on nothing: it is given sockets. */
  readonly #server: Server;
  /** In the order they came in. */
  readonly #underWay = new Set<Socket>();
  /** Whose each is: one that is destroyed cannot be asked any more. */
  readonly #peers = new WeakMap<Socket, string>();
  #stopped = false;

  constructor(
    contexts: ServerContexts,
    log: Logger,
    ready: (secured: Secured, accepted: Socket) => void,
    refused: CertificateRefused = () => undefined,
  ) {
    this.#contexts = contexts;
    this.#log = log;
    this.#ready = ready;
    this.#refused = refused;
    const fault: Fault = (error) => log.error({ err: error }, 'internal error');
    this.fault = fault;
    const { verify, handshakeTimeout } = contexts.settings;
    this.#server = createServer(
      {
        ...contexts.options,
        SNICallback: (host, done) => done(null, contexts.contextFor(host)),
        requestCert: verify !== 'none',
        rejectUnauthorized: verify === 'required',
        handshakeTimeout,
      },
      (socket) => attempt(this.#faultOf(socket), () => this.#secured(socket)),
    );
    contexts.onRenewed(() => this.#server.setSecureContext(contexts.options));
    hear(this.#server, 'tlsClientError', fault, (error: Error, socket: TLSSocket) => this.#failed(error, socket));
  }

  /** `peer`: its address and port, if they are others than the socket's own. */
  accept(socket: Socket, peer = peerOf(socket)): void {
    if (this.#stopped) {
      socket.destroy();
      return;
    }
    this.#underWay.add(socket);
    this.#peers.set(socket, peer);
    hear(socket, 'close', this.fault, () => this.#underWay.delete(socket));
    if (this.#underWay.size > MOST_UNDER_WAY) {
      for (const oldest of this.#underWay) {
        oldest.destroy();
        break;
      }
    }
    this.#server.emit('connection', socket);
  }

  /** Drops those that are under way; nobody is let in any more. */
  stop(): void {
    this.#stopped = true;
    for (const socket of [...this.#underWay]) socket.destroy();
  }

  /** Nobody else would close it. */
  #faultOf(socket: TLSSocket): Fault {
    return (error) => {
      socket.destroy();
      this.fault(error);
    };
  }

  #secured(socket: TLSSocket): void {
    const { _parent: accepted } = socket as unknown as Wrapping;
    this.#underWay.delete(accepted);
    const session = new TlsSession(socket);
    const refusal = this.#refusal(socket, session);
    if (refusal === undefined) this.#ready({ socket, session }, accepted);
    else this.#refuse(socket, accepted, refusal);
  }

  /** Why the client may not come in, though it can be spoken to. Node itself has refused one that had to show a certificate. */
  #refusal(socket: TLSSocket, { certificate }: TlsSession): string | undefined {
    if (this.#contexts.settings.verify === 'none' || certificate === undefined || socket.authorized) return undefined;
    return String(socket.authorizationError);
  }

  #failed(error: Error, socket: TLSSocket): void {
    const { reason, code } = error as Error & { readonly reason?: string; readonly code?: string };
    const { _parent: accepted } = socket as unknown as Wrapping;
    const refusal = socket.authorizationError as unknown as string | null;
    // Node leaves it to whoever hears of it.
    if (refusal !== null) this.#refuse(socket, accepted, refusal);
    else if (code === SHOWS_NONE) this.#refuse(socket, accepted, reason!);
    else this.#drop(socket, accepted, reason ?? code ?? error.message);
  }

  #refuse(socket: TLSSocket, accepted: Socket, reason: string): void {
    this.#drop(socket, accepted, reason);
    this.#refused(this.#peers.get(accepted)!, reason);
  }

  #drop(socket: TLSSocket, accepted: Socket, reason: string): void {
    this.#log.warn({ peer: this.#peers.get(accepted), reason }, 'TLS handshake failed');
    socket.destroy();
  }
}
