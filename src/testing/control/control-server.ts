/**
 * The control port: what a test broker offers to tests in its process, for tests in other languages, as JSON over HTTP. It listens on this
 * machine only and asks for no password, so it is no part of the daemon. An error is answered by its text: 408 for a wait that was in vain.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reachable } from '../../util/ip-address.ts';
import { listenOn } from '../../util/listen-on.ts';
import { http } from '../../util/node-http.ts';
import { WaitError } from '../waits.ts';
import { BadRequest, NotThere } from './bad-request.ts';
import type { ControlledBroker } from './controlled-broker.ts';
import { withPatterns } from './patterns.ts';
import { Routes } from './routes.ts';

const HOST = '127.0.0.1';
/** Bytes of a request's body. */
const MOST_BYTES = 64 * 1024 * 1024;

export class ControlServer {
  readonly #routes: Routes;
  readonly #server: Server;
  #url: string | undefined;

  constructor(broker: ControlledBroker) {
    this.#routes = new Routes(broker);
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
  }

  /** Undefined until it listens. */
  get url(): string | undefined {
    return this.#url;
  }

  /** It does not keep the process. */
  unref(): void {
    this.#server.unref();
  }

  /** Rejects with the system's error if it cannot listen. */
  async start(port: number, host = HOST): Promise<void> {
    await listenOn(this.#server, { port, host });
    this.#url = `http://${reachable(host)}:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (this.#url === undefined) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { pathname, searchParams } = new URL(request.url!, 'http://control');
      const path = pathname.slice(0, pathname.lastIndexOf('/') + 1);
      const { table } = this.#routes;
      const handle = table[`${request.method} ${pathname}`] ?? table[`${request.method} ${path}*`];
      if (handle === undefined) throw new NotThere(`there is no ${request.method} ${pathname}`);
      const body = withPatterns(await bodyOf(request));
      const answer = await handle(body, decodeURIComponent(pathname.slice(path.length)), searchParams);
      response.writeHead(answer === undefined ? 204 : 200, { 'content-type': 'application/json' });
      response.end(answer && JSON.stringify(answer));
    } catch (error) {
      response.writeHead(statusOf(error), { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${(error as Error).message}\n`);
    }
  }
}

function statusOf(error: unknown): number {
  if (error instanceof WaitError) return 408;
  return error instanceof NotThere ? 404 : 400;
}

/** Throws BadRequest for what is no JSON object. */
async function bodyOf(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new BadRequest('the body is too large');
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // Said below.
  }
  throw new BadRequest('the body is no JSON object');
}
