/**
 * A listener for HTTP. The API behind it is loaded when the first request comes: a broker that nobody looks into neither starts later
 * for it, nor is larger.
 */
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http } from '../../util/node-http.ts';

/** Until a client that sends its request slowly, or does not go on, is dropped, in milliseconds. */
const REQUEST_MS = 60_000;
const HEADERS_MS = 10_000;
const IDLE_MS = 65_000;
const MOST_CONNECTIONS = 2000;

export class HttpListener {
  readonly #server: Server;

  /** `load`: makes what answers requests; called once. */
  constructor(load: () => Promise<RequestListener>) {
    let app: Promise<RequestListener> | undefined;
    this.#server = http.createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, keepAliveTimeout: IDLE_MS },
      (request, response) => {
        app ??= load();
        app.then(
          (answer) => answer(request, response),
          (error: unknown) => response.destroy(error as Error),
        );
      },
    );
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** Rejects with the system's error if it cannot listen. `place`: port and address, or the path of a socket. */
  start(
    place: { readonly port: number; readonly host: string } | { readonly path: string },
  ): Promise<AddressInfo | string> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(place, () => {
        server.off('error', reject);
        resolve(server.address()!);
      });
    });
  }

  /** Lets nobody in any more, and answers those who are in. */
  leave(): void {
    this.#server.close();
  }

  /** Answers nobody any more. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
