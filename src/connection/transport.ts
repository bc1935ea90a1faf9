/** What a connection hears and sends by: a stream of octets, whatever it is made of. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClientTls } from '../broker/operations/clients.ts';
import type { Ends } from './lifecycle/endpoints.ts';

export interface Transport {
  readonly socket: Duplex;
  readonly ends: Ends;
  /** What is known by TLS; undefined without it. */
  readonly tls: ClientTls | undefined;
  /** True if it is a WebSocket. */
  readonly webSocket: boolean;
  /**
   * True if something lies between it and the system, as TLS does: what was read comes in pieces, and what is written is read until the
   * write is answered, which is never at once.
   */
  readonly layered: boolean;
  /** Octets that the system was given, and has not taken yet. */
  queued(): number;
  /** Ends it such that the peer's next write fails. */
  reset(): void;
}

/** Node tells of a write only when all of it is with the system; its handle knows what is still to be written. */
interface Written {
  readonly _handle: { readonly writeQueueSize?: number } | null;
}

/** The octets that a socket of Node's was given, and the system has not taken yet. */
export function queuedBy(socket: Socket): number {
  return (socket as unknown as Written)._handle?.writeQueueSize ?? 0;
}

/** Has the peer's next write fail if the system can do that: it resets a socket of TCP, and no other. */
export function resetSocket(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

export function plainTransport(socket: Socket, ends: Ends): Transport {
  return {
    socket,
    ends,
    tls: undefined,
    webSocket: false,
    layered: false,
    queued: () => queuedBy(socket),
    reset: () => resetSocket(socket),
  };
}

/** `accepted`: what is below TLS. */
export function secureTransport(socket: Socket, tls: ClientTls, ends: Ends, accepted: Socket): Transport {
  return { ...plainTransport(socket, ends), tls, layered: true, reset: () => accepted.resetAndDestroy() };
}
