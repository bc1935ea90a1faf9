/**
 * A listener for HTTP. The API behind it is loaded when the first request comes: a broker that nobody looks into neither starts later
 * for it, nor is larger.
 */
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { CertificateRefused, Handshakes } from '../../tls/handshakes.ts';
import type { SecureContexts } from '../../tls/secure-contexts.ts';
import { hear, rethrow, unawaited } from '../../util/guard.ts';
import type { ListeningPlace } from '../../util/ip-address.ts';
import { listenOn } from '../../util/listen-on.ts';
import { http } from '../../util/node-http.ts';

/** What answers requests. */
export interface HttpApp {
  readonly answer: RequestListener;
  /** From then on it does nothing of its own accord. */
  readonly stop?: () => void | Promise<void>;
}

/** What takes a socket over for another protocol, if a request asks for it. All other requests that ask for one are answered as if they did not. */
export interface Upgrades {
  isMeantBy(request: IncomingMessage): boolean;
  accept(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
}

/** Until a client that sends its request slowly, or does not go on, or does not take its answer, is dropped, in milliseconds. */
export interface Patience {
  readonly request: number;
  readonly headers: number;
  readonly idle: number;
  /** How often it is looked for such clients. */
  readonly look: number;
}

const PATIENCE: Patience = { request: 60_000, headers: 10_000, idle: 65_000, look: 5000 };
const MOST_CONNECTIONS = 2000;

export interface HttpListenerOptions {
  readonly contexts?: SecureContexts | undefined;
  readonly refused?: CertificateRefused | undefined;
  readonly upgrades?: Upgrades | undefined;
  readonly patience?: Patience;
}

export class HttpListener {
  readonly #server: Server;
  readonly #handshakes: Handshakes | undefined;
  #app: Promise<HttpApp> | undefined;

  /** `load`: makes what answers requests; called once. `contexts`: what its sockets are secured by; without it they are plain. */
  constructor(load: () => Promise<HttpApp>, options: HttpListenerOptions = {}) {
    const { contexts, refused, upgrades, patience = PATIENCE } = options;
    const { request, headers, idle, look } = patience;
    this.#server = http.createServer(
      {
        requestTimeout: request,
        headersTimeout: headers,
        keepAliveTimeout: idle,
        connectionsCheckingInterval: look,
        shouldUpgradeCallback: (asked) => upgrades?.isMeantBy(asked) === true,
      },
      (asked, response) => {
        this.#app ??= load();
        unawaited(
          (error) => response.destroy(error as Error),
          this.#app.then(({ answer }) => answer(asked, response)),
        );
      },
    );
    this.#server.timeout = idle;
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#handshakes = contexts && securing(this.#server, contexts, refused);
    if (upgrades !== undefined) upgrading(this.#server, upgrades);
  }

  /** Rejects with the system's error if it cannot listen. `place`: port and address, or the path of a socket. */
  async start(place: ListeningPlace | { readonly path: string }): Promise<AddressInfo | string> {
    await listenOn(this.#server, place);
    return this.#server.address()!;
  }

  /** From then on it keeps no process alive, nor do its connections. */
  unref(): void {
    this.#server.unref();
    hear(this.#server, 'connection', rethrow, (socket: Socket) => void socket.unref());
  }

  /** Lets nobody in any more, and answers those who are in. */
  leave(): void {
    this.#server.close();
  }

  /** Answers nobody any more. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#handshakes?.stop();
    this.#server.closeAllConnections();
    await closed;
    // One that could not be loaded does nothing.
    await this.#app?.then(
      (app) => app.stop?.(),
      () => undefined,
    );
  }
}

/** Puts the handshakes before what the server does with the sockets that it accepts. */
function securing(server: Server, contexts: SecureContexts, refused: CertificateRefused | undefined): Handshakes {
  const serve = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const handshakes = contexts.handshakes(({ socket }) => serve.forEach((each) => each.call(server, socket)), refused);
  hear(server, 'connection', handshakes.fault, (socket: Socket) => handshakes.accept(socket));
  return handshakes;
}

/** A Node before 22.21 cannot choose: it would give up every request that asks for another protocol, as Java's clients do. */
function upgrading(server: Server, upgrades: Upgrades): void {
  if (!('shouldUpgradeCallback' in server)) return;
  const accept = (request: IncomingMessage, socket: Socket, head: Buffer): void =>
    unawaited(() => socket.destroy(), upgrades.accept(request, socket, head));
  hear(server, 'upgrade', rethrow, accept);
}
