/** What a client has sent of a message of WebSocket that is not whole yet: it lies in memory, so that it counts, and who has not logged in may send little. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { hear } from '../../util/guard.ts';
import type { Connection } from '../connection.ts';

/** More than the handshake takes, and a frame of any size that may be agreed on as a rule. */
const BEFORE_LOGIN = 262_144;

export class UnfinishedMessage {
  readonly #connection: Connection;
  #bytes = 0;
  #ended = false;

  /** `socket`: what the WebSocket reads from, before whoever is told here. */
  constructor(connection: Connection, webSocket: WebSocket, socket: Socket) {
    this.#connection = connection;
    hear(webSocket, 'message', connection.fault, () => void (this.#ended = true));
    hear(socket, 'data', connection.fault, (chunk: Buffer) => this.#read(chunk.length));
    hear(socket, 'close', connection.fault, () => this.#shrank());
  }

  /** What a message ends in counts for nothing: it is one read at most. */
  #read(bytes: number): void {
    if (this.#ended) {
      this.#ended = false;
      this.#shrank();
      return;
    }
    const { inboundQuota, stage } = this.#connection;
    this.#bytes += bytes;
    try {
      inboundQuota.grew(bytes);
    } catch (error) {
      this.#connection.fail(error);
      this.#connection.drop();
    }
    if (stage !== 'running' && this.#bytes > BEFORE_LOGIN) this.#connection.drop();
  }

  #shrank(): void {
    if (this.#bytes > 0) this.#connection.inboundQuota.shrank(this.#bytes);
    this.#bytes = 0;
  }
}
