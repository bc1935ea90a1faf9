/** The two ends of a connection, as logs and the HTTP API name them. */
import type { Transport } from '../transport.ts';
import { isLoopback, plainAddress } from '../../util/ip-address.ts';

export class Endpoints {
  readonly peerHost: string;
  readonly peerPort: number;
  readonly host: string;
  readonly port: number;

  /** Of a socket that is connected. If its client is gone already its addresses are not known any more: then they are empty and 0. */
  constructor({ socket, ends }: Pick<Transport, 'socket' | 'ends'>) {
    this.peerHost = plainAddress(ends?.peerHost ?? socket.remoteAddress);
    this.peerPort = ends?.peerPort ?? socket.remotePort ?? 0;
    this.host = plainAddress(ends?.host ?? socket.localAddress);
    this.port = ends?.port ?? socket.localPort ?? 0;
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
