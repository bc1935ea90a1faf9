/** The connections that came in by one way, such as a listener: they are opened here, and end with it. */
import { forced } from '../broker/operations/connections.ts';
import type { BrokerContext } from './broker-context.ts';
import { Connection } from './connection.ts';
import type { Transport } from './transport.ts';

/** Until clients that do not answer the broker's connection.close are dropped at a stop. */
const STOP_MS = 2000;

export class ConnectionSet {
  readonly #broker: BrokerContext;
  readonly #connections = new Set<Connection>();
  /** Called when the last one is gone. */
  #emptied: () => void = () => undefined;

  constructor(broker: BrokerContext) {
    this.#broker = broker;
  }

  open(transport: Transport): Connection {
    try {
      const carried = this.#broker.carry?.(transport) ?? transport;
      const connection = new Connection(this.#broker, carried, (ended) => this.#ended(ended));
      this.#connections.add(connection);
      return connection;
    } catch (error) {
      transport.socket.destroy();
      throw error;
    }
  }

  /** Closes all of them with 320, and resolves when they are gone. */
  async close(): Promise<void> {
    const gone = new Promise<void>((resolve) => void (this.#emptied = resolve));
    for (const connection of [...this.#connections]) {
      connection.close(forced("broker forced connection closure with reason 'shutdown'"));
    }
    const timer = this.#broker.clock.after(STOP_MS, () => {
      for (const connection of this.#connections) {
        // On a machine that is so busy, the end of the turn in which it was told may not have come.
        connection.flushEarly();
        connection.drop();
      }
    });
    if (this.#connections.size > 0) await gone;
    timer.cancel();
  }

  #ended(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#emptied();
  }
}
