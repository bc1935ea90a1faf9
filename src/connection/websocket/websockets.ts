/**
 * AMQP over WebSocket: what an HTTP listener gets as a request, and becomes a connection like any other. Browsers have no other way to a broker.
 * Who a client is it says by AMQP's own login; no cookie, and nothing else that a browser sends by itself, counts.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { TlsSession } from '../../tls/session.ts';
import type { Timer } from '../../util/clock.ts';
import { attemptEach, type Fault, guarded, hear } from '../../util/guard.ts';
import { peerOf } from '../../util/ip-address.ts';
import { isNamedOrigin, isSameOrigin } from '../../util/origin.ts';
import type { BrokerContext } from '../broker-context.ts';
import { ConnectionSet } from '../connection-set.ts';
import { endsOf } from '../lifecycle/endpoints.ts';
import { queuedBy, resetSocket, type Transport } from '../transport.ts';
import { UnfinishedMessage } from './unfinished-message.ts';
import { WebSocketStream } from './websocket-stream.ts';

/** A message of WebSocket may hold the frames of a whole message of AMQP, as amqp-client.js sends it: its body, a share of it for the frames' ends, and its properties. */
const FRAMES_SHARE = 64;
const PROPERTIES_BYTES = 262_144;
/** Proxies give up a connection on which nothing was said for a minute: most clients in browsers have no heartbeats. */
const PING_MS = 30_000;
/** Until a client that does not answer a close is dropped, in milliseconds. */
const CLOSE_MS = 3000;

export class WebSockets {
  readonly #broker: BrokerContext;
  readonly #path: string;
  readonly #fault: Fault;
  readonly #connections: ConnectionSet;
  readonly #streams = new Set<WebSocketStream>();
  readonly #pings: Timer;
  readonly #load: (maxPayload: number) => Promise<WebSocketServer>;
  #server: Promise<WebSocketServer> | undefined;
  #open = true;
  #stopped = false;

  /** `path`: of the URL that clients connect to. `load`: called when the first one comes, and again if it failed. */
  constructor(broker: BrokerContext, path: string, load = loadServer) {
    this.#broker = broker;
    this.#path = path;
    this.#load = load;
    this.#fault = (error) => broker.node.fault(error);
    this.#connections = new ConnectionSet(broker);
    this.#pings = broker.clock.every(PING_MS, () => attemptEach(this.#fault, this.#streams, (stream) => stream.ping()));
  }

  /** True for a request that `accept` is for. */
  isMeantBy({ url = '', headers }: IncomingMessage): boolean {
    return headers.upgrade?.toLowerCase() === 'websocket' && /^[^?]*/.exec(url)![0] === this.#path;
  }

  /** Takes over the socket that the request came by. `head`: what came behind it. */
  async accept(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    hear(socket, 'error', this.#fault, () => socket.destroy());
    if (!this.#open) return refuse(socket, '503 Service Unavailable', 'the broker lets no clients in now');
    if (!this.#mayComeFrom(request)) {
      const { origin } = request.headers;
      this.#broker.log.warn({ peer: peerOf(socket), origin }, 'WebSocket refused: pages of this origin may not use it');
      return refuse(socket, '403 Forbidden', 'pages of this origin may not connect: see --management-cors-origins');
    }
    if (this.#broker.faults?.accepted(socket) === true) return;
    const server = await this.#loaded();
    if (server === undefined) return refuse(socket, '500 Internal Server Error', 'see the broker log');
    const enter = (webSocket: WebSocket): void => this.#enter(webSocket, socket);
    if (!this.#open) socket.destroy();
    else server.handleUpgrade(request, socket, head, guarded(this.#fault, enter));
  }

  /** Lets nobody in any more, and leaves those who are in. */
  suspend(): void {
    this.#open = false;
  }

  resume(): Promise<void> {
    this.#open = !this.#stopped;
    return Promise.resolve();
  }

  /** Takes no more clients, closes those that came in here with 320, and resolves when all are gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#open = false;
    this.#pings.cancel();
    await this.#connections.close();
  }

  /** Undefined if it cannot be loaded, which is told. */
  async #loaded(): Promise<WebSocketServer | undefined> {
    const { maxMessageSize: size } = this.#broker.config;
    try {
      return await (this.#server ??= this.#load(size + Math.ceil(size / FRAMES_SHARE) + PROPERTIES_BYTES));
    } catch (error) {
      this.#server = undefined;
      this.#fault(error);
      return undefined;
    }
  }

  /** A browser names the page's origin, and no other client has one. A page of a stranger would be on the user's machine, where `guest` may come in. */
  #mayComeFrom({ headers }: IncomingMessage): boolean {
    return isSameOrigin(headers) || isNamedOrigin(headers.origin, this.#broker.config.managementCorsOrigins);
  }

  #enter(webSocket: WebSocket, socket: Socket): void {
    const stream = new WebSocketStream(webSocket, this.#broker.turn, this.#fault);
    this.#streams.add(stream);
    hear(stream, 'close', this.#fault, () => this.#streams.delete(stream));
    const connection = this.#connections.open(transportOf(stream, socket));
    new UnfinishedMessage(connection, webSocket, socket);
  }
}

function transportOf(stream: WebSocketStream, socket: Socket): Transport {
  const tls = 'encrypted' in socket ? new TlsSession(socket as TLSSocket) : undefined;
  return {
    socket: stream,
    ends: endsOf(socket),
    tls,
    webSocket: true,
    layered: true,
    queued: () => queuedBy(socket),
    // Node resets nothing but a socket of TCP itself.
    reset: () => (tls === undefined ? resetSocket(socket) : stream.destroy()),
  };
}

async function loadServer(maxPayload: number): Promise<WebSocketServer> {
  const { WebSocketServer } = await import('ws');
  // Its types do not know `closeTimeout` yet.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    // What is compressed before it is encrypted tells of itself by its length; and each would hold memory for it.
    perMessageDeflate: false,
    maxPayload,
    closeTimeout: CLOSE_MS,
    autoPong: false,
    handleProtocols: (offered) => [...offered].find((name) => name.startsWith('amqp')) ?? false,
  };
  return new WebSocketServer(options);
}

function refuse(socket: Socket, status: string, reason: string): void {
  const body = JSON.stringify({ error: status.slice(4).toLowerCase().replaceAll(' ', '_'), reason });
  const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}
