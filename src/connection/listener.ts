/** The TCP listener: each socket becomes a connection. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { AmqpError } from '../protocol/amqp-error.ts';
import type { BrokerContext } from './broker-context.ts';
import { Connection } from './connection.ts';

/** Until clients that do not answer the broker's connection.close are dropped at a stop. */
const STOP_MS = 2000;
const ALL_ADDRESSES = '::';
const ALL_IPV4_ADDRESSES = '0.0.0.0';

export class Listener {
  readonly #broker: BrokerContext;
  readonly #server: Server;
  #stopping = false;

  constructor(broker: BrokerContext) {
    this.#broker = broker;
    this.#server = createServer({ pauseOnConnect: true }, (socket) => {
      if (this.#stopping) socket.destroy();
      else broker.connections.add(new Connection(broker, socket));
    });
    const relieve = (): void => {
      for (const connection of broker.connections) connection.flow.relieved();
    };
    broker.node.backlog.onLow(relieve);
    broker.node.alarms.onCleared(relieve);
    broker.node.onDeletion((kind, name) => {
      for (const connection of [...broker.connections]) {
        const theirs = kind === 'vhost' ? connection.vhost?.name : connection.access?.user;
        if (theirs === name) connection.close(new AmqpError('CONNECTION_FORCED', `${kind} '${name}' is deleted`));
      }
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
    return this.#server.address() as AddressInfo;
  }

  /** Takes no more connections, closes those there are with 320, and resolves when all are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const { connections, clock } = this.#broker;
    for (const connection of [...connections]) {
      connection.close(new AmqpError('CONNECTION_FORCED', "broker forced connection closure with reason 'shutdown'"));
    }
    const timer = clock.after(STOP_MS, () => {
      for (const connection of connections) connection.drop();
    });
    await closed;
    timer.cancel();
  }

  #listen(port: number, host: string): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host }, () => {
        server.off('error', reject);
        // A client that cannot be accepted, for want of file descriptors or otherwise, is no reason to end.
        server.on('error', (error) => this.#broker.log.error({ err: error }, 'cannot accept a connection'));
        resolve();
      });
    });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
