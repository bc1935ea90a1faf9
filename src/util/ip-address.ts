/** Addresses: those of the ends of a socket, and hosts as people write them. */
import type { Socket } from 'node:net';

/** An IPv4 address that came by an IPv6 socket, as an IPv4 address; empty if the socket has none any more. */
export function plainAddress(address = ''): string {
  return address.replace(/^::ffff:/, '');
}

/** In the place of the address of who came by a Unix socket. */
export const UNIX_PEER = 'unix';

/** True for an address, as `plainAddress` gives it, of this machine alone: users that may log in from here only are held to it. */
export function isLoopback(address: string): boolean {
  return address === UNIX_PEER || /^(::1$|127\.)/.test(address);
}

/** Address and port of who is at the other end, as logs name it. */
export function peerOf({ remoteAddress, remotePort = 0 }: Socket): string {
  return `${plainAddress(remoteAddress)}:${remotePort}`;
}

/** A host as it stands before a port: an IPv6 address in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** As it stands in a URL of this machine: an address that stands for all of them is no address to connect to. */
export function reachable(host: string): string {
  return host === '::' || host === '0.0.0.0' ? '127.0.0.1' : bracketed(host);
}

/** A TCP port and where it is, of a name or an address. */
export interface ListeningPlace {
  readonly port: number;
  readonly host: string;
}
