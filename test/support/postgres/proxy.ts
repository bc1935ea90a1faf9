/** A way to a server that a test can cut, hold up in one direction or both, slow down, and have changed what comes back on it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export type Direction = 'there' | 'back';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** How long everything takes on the way, in milliseconds, and how much there is room for: bytes a second to the server. */
export interface Slowness {
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
}

/** What a slow way takes at a time, in bytes. */
const PIECE = 16 * 1024;

export class Proxy {
  readonly port: number;
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  readonly #held = new Set<Direction>();
  #refuses = false;
  #slowness: Slowness = {};
  /** Bytes that the way to the server still takes. */
  #room = Infinity;

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
      const there = this.#way(pair.server, () => this.#slowness.bytesPerSecond ?? Infinity);
      const back = this.#way(client, () => Infinity);
      client.on('data', (chunk: Buffer) => {
        const taken = chunk.subarray(0, this.#room);
        this.#room -= taken.length;
        there(taken);
        if (taken.length === chunk.length) return;
        this.hold('there');
        client.unshift(chunk.subarray(taken.length));
      });
      pair.server.on('data', (chunk) => back(change(chunk)));
      this.#apply(pair);
    });
  }

  /** Nothing goes that way until `release`: neither side hears that. */
  hold(...directions: readonly Direction[]): void {
    for (const direction of directions) this.#held.add(direction);
    for (const pair of this.#pairs) this.#apply(pair);
  }

  /** The way to the server takes so many bytes more, and is held then. */
  holdAfter(bytes: number): void {
    this.#room = bytes;
  }

  /** From now on, until it is told otherwise. */
  slow(slowness: Slowness): void {
    this.#slowness = slowness;
  }

  release(): void {
    this.#room = Infinity;
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

  /** What writes to a socket, as late as the way to it is slow. `rate`: bytes that it takes a second. */
  #way(to: Socket, rate: () => number): (chunk: Buffer) => void {
    let freeAt = 0;
    const send = (piece: Buffer): void => void (to.destroyed || to.write(piece));
    return (chunk) => {
      const { delayMs = 0 } = this.#slowness;
      if (delayMs === 0 && rate() === Infinity) return send(chunk);
      for (let at = 0; at < chunk.length; at += PIECE) {
        const piece = chunk.subarray(at, at + PIECE);
        const now = performance.now();
        freeAt = Math.max(freeAt, now) + (1000 * piece.length) / rate();
        setTimeout(send, freeAt - now + delayMs, piece);
      }
    };
  }

  #apply({ client, server }: Pair): void {
    if (this.#held.has('there')) client.pause();
    else client.resume();
    if (this.#held.has('back')) server.pause();
    else server.resume();
  }
}
