/** What a connection hears and sends by: a socket, whatever it is made of. */
import type { Socket } from 'node:net';
import type { ClientTls } from '../broker/operations/clients.ts';
import type { ProxiedEnds } from './input/proxy-header.ts';

export interface Transport {
  readonly socket: Socket;
  /** What is known by TLS; undefined without it. */
  readonly tls: ClientTls | undefined;
  /** The ends that a proxy named; undefined if those of the socket are the client's. */
  readonly ends: ProxiedEnds | undefined;
  /** Ends it such that the peer's next write fails. */
  reset(): void;
}

export function plainTransport(socket: Socket, ends?: ProxiedEnds): Transport {
  return { socket, tls: undefined, ends, reset: () => socket.resetAndDestroy() };
}
