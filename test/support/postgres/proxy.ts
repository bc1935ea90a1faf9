/** A way to a server that a test can cut, hold up in one direction or both, and have changed what comes back on it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export type Direction = 'there' | 'back';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export class Proxy {
  readonly port: number;
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  readonly #held = new Set<Direction>();
  #refuses = false;

  /** `change`: what comes back from the server, chunk by chunk. */
  static async to(port: number, change: (chunk: Buffer) => Buffer = (chunk) => chunk): Promise<Proxy> {
    const listener = createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const proxy = new Proxy(listener, port, change);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  private constructor(listener: Server, to: number, change: (chunk: Buffer) => Buffer) {
    this.#listener = listener;
    this.port = (listener.address() as AddressInfo).port;
    listener.on('connection', (client) => {
      if (this.#refuses) return client.destroy();
      const pair: Pair = { client, server: connect(to, '127.0.0.1') };
      this.#pairs.add(pair);
      const end = (): void => {
        this.#pairs.delete(pair);
        pair.client.destroy();
        pair.server.destroy();
      };
      for (const socket of [client, pair.server]) socket.on('error', end).on('close', end);
      client.on('data', (chunk) => pair.server.write(chunk));
      pair.server.on('data', (chunk) => client.write(change(chunk)));
      this.#apply(pair);
    });
  }

  /** Nothing goes that way until `release`: neither side hears that. */
  hold(...directions: readonly Direction[]): void {
    for (const direction of directions) this.#held.add(direction);
    for (const pair of this.#pairs) this.#apply(pair);
  }

  release(): void {
    this.#held.clear();
    for (const pair of this.#pairs) this.#apply(pair);
  }

  /** Ends what goes through it. `refuse`: and lets nobody through from now on. */
  cut(refuse = false): void {
    this.#refuses = refuse;
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Lets through who comes from now on. */
  open(): void {
    this.#refuses = false;
  }

  close(): void {
    this.#listener.close();
    this.cut(true);
  }

  #apply({ client, server }: Pair): void {
    if (this.#held.has('there')) client.pause();
    else client.resume();
    if (this.#held.has('back')) server.pause();
    else server.resume();
  }
}
