/** A TCP listener, plain or by TLS: each socket becomes a connection. A broker may have several, which do not know of each other. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { forced } from '../broker/operations/connections.ts';
import type { Handshakes } from '../tls/handshakes.ts';
import type { SecureContexts } from '../tls/secure-contexts.ts';
import { type Fault, guarded, hear } from '../util/guard.ts';
import type { BrokerContext } from './broker-context.ts';
import { Connection } from './connection.ts';
import { ProxiedSockets } from './input/proxied.ts';
import type { ProxiedEnds } from './input/proxy-header.ts';
import { plainTransport, type Transport } from './transport.ts';

/** Until clients that do not answer the broker's connection.close are dropped at a stop. */
const STOP_MS = 2000;
const ALL_ADDRESSES = '::';
const ALL_IPV4_ADDRESSES = '0.0.0.0';

export class Listener {
  readonly #broker: BrokerContext;
  readonly #fault: Fault;
  readonly #server: Server;
  /** Those that came in here. */
  readonly #connections = new Set<Connection>();
  #place: { readonly port: number; readonly host: string } | undefined;
  readonly #proxied: ProxiedSockets;
  /** Of sockets whose handshake is to come: those that a proxy named. */
  readonly #ends = new WeakMap<Socket, ProxiedEnds>();
  readonly #handshakes: Handshakes | undefined;
  #stopping = false;

  /** `contexts`: what its sockets are secured by; without it they are plain. */
  constructor(broker: BrokerContext, contexts?: SecureContexts) {
    this.#broker = broker;
    const { config, clock, log, node } = broker;
    this.#fault = (error) => node.fault(error);
    this.#proxied = new ProxiedSockets({
      from: config.proxyProtocolFrom,
      timeout: config.handshakeTimeout,
      clock,
      log,
      fault: this.#fault,
    });
    this.#handshakes = contexts?.handshakes(({ socket, session: tls }, accepted) => {
      this.#open({ socket, tls, ends: this.#ends.get(accepted), reset: () => accepted.resetAndDestroy() });
    });
    const accept = (socket: Socket): void => {
      if (this.#broker.unref === true) socket.unref();
      if (this.#stopping) socket.destroy();
      else if (this.#broker.faults?.accepted(socket) === true) return;
      else this.#proxied.accept(socket, (ends) => this.#accept(socket, ends));
    };
    this.#server = createServer({ pauseOnConnect: true }, guarded(this.#fault, accept));
  }

  /** Rejects with the system's error if it cannot listen: EADDRINUSE, EACCES, EADDRNOTAVAIL. Resolves with the address. */
  async start(port: number, host: string): Promise<AddressInfo> {
    try {
      await this.#listen(port, host);
    } catch (error) {
      const withoutIpv6 = host === ALL_ADDRESSES && ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error));
      if (!withoutIpv6) throw error;
      await this.#listen(port, ALL_IPV4_ADDRESSES);
    }
    if (this.#broker.unref === true) this.#server.unref();
    const address = this.#server.address() as AddressInfo;
    this.#place = { port: address.port, host: address.address };
    return address;
  }

  /** Lets nobody in any more, and leaves those who are in. */
  suspend(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Listens again where it did. Rejects with the system's error if it cannot. */
  async resume(): Promise<void> {
    if (this.#server.listening || this.#stopping || this.#place === undefined) return;
    await this.#listen(this.#place.port, this.#place.host);
  }

  /** Takes no more connections, closes those that came in here with 320, and resolves when all are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#proxied.stop();
    this.#handshakes?.stop();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of [...this.#connections]) {
      connection.close(forced("broker forced connection closure with reason 'shutdown'"));
    }
    const timer = this.#broker.clock.after(STOP_MS, () => {
      for (const connection of this.#connections) connection.drop();
    });
    await closed;
    timer.cancel();
  }

  #accept(socket: Socket, ends: ProxiedEnds | undefined): void {
    if (this.#handshakes === undefined) {
      this.#open(plainTransport(socket, ends));
      return;
    }
    if (ends !== undefined) this.#ends.set(socket, ends);
    this.#handshakes.accept(socket);
  }

  #open(transport: Transport): void {
    try {
      const connection = new Connection(this.#broker, transport, () => this.#connections.delete(connection));
      this.#connections.add(connection);
    } catch (error) {
      transport.socket.destroy();
      throw error;
    }
  }

  async #listen(port: number, host: string): Promise<void> {
    const server = this.#server.removeAllListeners('error').removeAllListeners('listening');
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).once('listening', resolve);
      server.listen({ port, host });
    });
    // A client that cannot be accepted, for want of file descriptors or otherwise, is no reason to end.
    server.removeAllListeners('error');
    hear(server, 'error', this.#fault, (error: Error) =>
      this.#broker.log.error({ err: error }, 'cannot accept a connection'),
    );
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
