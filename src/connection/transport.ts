/** What a connection hears and sends by: a socket, whatever it is made of. */
import type { Socket } from 'node:net';
import type { ClientTls } from '../broker/operations/clients.ts';

export interface Transport {
  readonly socket: Socket;
  /** What is known by TLS; undefined without it. */
  readonly tls: ClientTls | undefined;
  /** Ends it such that the peer's next write fails. */
  reset(): void;
}

export function plainTransport(socket: Socket): Transport {
  return { socket, tls: undefined, reset: () => socket.resetAndDestroy() };
}
