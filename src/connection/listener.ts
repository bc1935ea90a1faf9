/** A TCP listener: each socket becomes a connection. A broker may have several, which do not know of each other. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { forced } from '../broker/operations/connections.ts';
import type { BrokerContext } from './broker-context.ts';
import { Connection } from './connection.ts';

/** Until clients that do not answer the broker's connection.close are dropped at a stop. */
const STOP_MS = 2000;
const ALL_ADDRESSES = '::';
const ALL_IPV4_ADDRESSES = '0.0.0.0';

export class Listener {
  readonly #broker: BrokerContext;
  readonly #server: Server;
  /** Those that came in here. */
  readonly #connections = new Set<Connection>();
  #place: { readonly port: number; readonly host: string } | undefined;
  #stopping = false;

  constructor(broker: BrokerContext) {
    this.#broker = broker;
    this.#server = createServer({ pauseOnConnect: true }, (socket) => {
      if (this.#stopping) socket.destroy();
      else this.#accept(socket);
    });
  }

  /** Rejects with the system's error where it cannot listen: EADDRINUSE, EACCES, EADDRNOTAVAIL. Resolves with the address. */
  async start(port: number, host: string): Promise<AddressInfo> {
    try {
      await this.#listen(port, host);
    } catch (error) {
      const withoutIpv6 = host === ALL_ADDRESSES && ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error));
      if (!withoutIpv6) throw error;
      await this.#listen(port, ALL_IPV4_ADDRESSES);
    }
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

  #accept(socket: Socket): void {
    const connection = new Connection(this.#broker, socket, () => this.#connections.delete(connection));
    this.#connections.add(connection);
  }

  #listen(port: number, host: string): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.removeAllListeners('error').once('error', reject);
      server.removeAllListeners('listening').once('listening', () => {
        // A client that cannot be accepted, for want of file descriptors or otherwise, is no reason to end.
        const log = (error: Error): void => this.#broker.log.error({ err: error }, 'cannot accept a connection');
        server.removeAllListeners('error').on('error', log);
        resolve();
      });
      server.listen({ port, host });
    });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
