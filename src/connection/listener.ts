/** A listener on a TCP port, plain or by TLS, or on a Unix socket: each socket becomes a connection. A broker may have several, which do not know of each other. */
import { chmodSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Handshakes } from '../tls/handshakes.ts';
import type { SecureContexts } from '../tls/secure-contexts.ts';
import { refusedCertificate } from '../util/audit-log.ts';
import { type Fault, guarded, hear } from '../util/guard.ts';
import type { ListeningPlace } from '../util/ip-address.ts';
import { listenOn } from '../util/listen-on.ts';
import type { BrokerContext } from './broker-context.ts';
import { ConnectionSet } from './connection-set.ts';
import { ProxiedSockets } from './input/proxied.ts';
import { type Ends, endsOf, unixEnds } from './lifecycle/endpoints.ts';
import { plainTransport, secureTransport } from './transport.ts';
import { prepareUnixSocket } from './unix-socket.ts';

export interface UnixPlace {
  readonly path: string;
  /** Who of the machine may use it: the mode of its file. */
  readonly mode: number;
}

export class Listener {
  readonly #broker: BrokerContext;
  readonly #fault: Fault;
  readonly #server: Server;
  readonly #connections: ConnectionSet;
  #place: ListeningPlace | UnixPlace | undefined;
  readonly #proxied: ProxiedSockets;
  /** Of sockets whose handshake is to come: those that a proxy named. */
  readonly #ends = new WeakMap<Socket, Ends>();
  readonly #handshakes: Handshakes | undefined;
  /** Clients of a Unix socket have no address: they are told apart by their number. */
  #unixClients = 0;
  #stopping = false;

  /** `contexts`: what its sockets are secured by; without it they are plain. */
  constructor(broker: BrokerContext, contexts?: SecureContexts) {
    this.#broker = broker;
    this.#connections = new ConnectionSet(broker);
    const { config, clock, log, node } = broker;
    this.#fault = (error) => node.fault(error);
    this.#proxied = new ProxiedSockets({
      from: config.proxyProtocolFrom,
      timeout: config.handshakeTimeout,
      clock,
      log,
      fault: this.#fault,
    });
    this.#handshakes = contexts?.handshakes(
      ({ socket, session: tls }, accepted) => {
        const ends = this.#ends.get(accepted) ?? endsOf(socket);
        this.#connections.open(secureTransport(socket, tls, ends, accepted));
      },
      (peer, reason) => broker.audit?.record(refusedCertificate('amqp091', peer, reason)),
    );
    const accept = (socket: Socket): void => {
      if (this.#broker.unref === true) socket.unref();
      if (this.#stopping) socket.destroy();
      else if (this.#broker.faults?.accepted(socket) === true) return;
      else this.#proxied.accept(socket, (ends) => this.#accept(socket, ends));
    };
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, guarded(this.#fault, accept));
  }

  /** Rejects with the system's error if it cannot listen: EADDRINUSE, EACCES, EADDRNOTAVAIL. Resolves with the address. */
  async start(port: number, host: string): Promise<AddressInfo> {
    await this.#listen({ port, host });
    const address = this.#server.address() as AddressInfo;
    this.#opened({ port: address.port, host: address.address });
    return address;
  }

  /** The same for a Unix socket. One that a broker left behind that was killed makes room. */
  async startUnix(place: UnixPlace): Promise<void> {
    await prepareUnixSocket(place.path);
    const listening = this.#listen(place);
    // It is bound by now, and nobody was let in yet.
    if (this.#server.listening) chmodSync(place.path, place.mode);
    await listening;
    this.#opened(place);
  }

  /** Lets nobody in any more, and leaves those who are in. */
  suspend(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Listens again where it did. Rejects with the system's error if it cannot. */
  async resume(): Promise<void> {
    if (this.#server.listening || this.#stopping || this.#place === undefined) return;
    if ('path' in this.#place) await this.startUnix(this.#place);
    else await this.#listen(this.#place);
  }

  /** Takes no more connections, closes those that came in here with 320, and resolves when all are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#proxied.stop();
    this.#handshakes?.stop();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#connections.close();
    await closed;
  }

  /** `ends`: those that a proxy named. */
  #accept(socket: Socket, ends: Ends | undefined): void {
    if (this.#handshakes === undefined) {
      this.#connections.open(plainTransport(socket, ends ?? this.#endsOf(socket)));
      return;
    }
    if (ends !== undefined) this.#ends.set(socket, ends);
    this.#handshakes.accept(socket, ends && `${ends.peerHost}:${ends.peerPort}`);
  }

  #opened(place: ListeningPlace | UnixPlace): void {
    if (this.#broker.unref === true) this.#server.unref();
    this.#place = place;
  }

  #endsOf(socket: Socket): Ends {
    const place = this.#place;
    return place !== undefined && 'path' in place ? unixEnds(place.path, ++this.#unixClients) : endsOf(socket);
  }

  async #listen(place: ListeningPlace | UnixPlace): Promise<void> {
    const server = this.#server.removeAllListeners('error');
    await listenOn(server, place);
    // A client that cannot be accepted, for want of file descriptors or otherwise, is no reason to end.
    hear(server, 'error', this.#fault, (error: Error) =>
      this.#broker.log.error({ err: error }, 'cannot accept a connection'),
    );
  }
}
