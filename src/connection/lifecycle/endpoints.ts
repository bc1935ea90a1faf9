/** The two ends of a connection, as logs and the HTTP API name them. */
import type { Socket } from 'node:net';
import { isLoopback, plainAddress, UNIX_PEER } from '../../util/ip-address.ts';

/** Addresses as `plainAddress` gives them. */
export interface Ends {
  readonly peerHost: string;
  readonly peerPort: number;
  readonly host: string;
  readonly port: number;
}

/** Of a socket that is connected. If its client is gone already its addresses are not known any more: then they are empty and 0. */
export function endsOf({ remoteAddress, remotePort = 0, localAddress, localPort = 0 }: Socket): Ends {
  return {
    peerHost: plainAddress(remoteAddress),
    peerPort: remotePort,
    host: plainAddress(localAddress),
    port: localPort,
  };
}

/** Of the `client`-th that came by a Unix socket: neither end has an address. */
export function unixEnds(path: string, client: number): Ends {
  return { peerHost: UNIX_PEER, peerPort: client, host: path, port: 0 };
}

export class Endpoints implements Ends {
  readonly peerHost: string;
  readonly peerPort: number;
  readonly host: string;
  readonly port: number;

  constructor({ peerHost, peerPort, host, port }: Ends) {
    this.peerHost = peerHost;
    this.peerPort = peerPort;
    this.host = host;
    this.port = port;
  }

  get peer(): string {
    return `${this.peerHost}:${this.peerPort}`;
  }

  /** RabbitMQ's name of the connection. */
  get name(): string {
    return `${this.peer} -> ${this.host}:${this.port}`;
  }

  get fromLoopback(): boolean {
    return isLoopback(this.peerHost);
  }
}
