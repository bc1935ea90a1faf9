/**
 * A WebSocket as a stream of octets: what its binary messages hold, one behind the other. Where a message ends has no meaning to who reads; what is
 * written at once is one message.
 */
import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Turn, TurnTask } from '../../broker/scheduling/turn.ts';
import { type Fault, hear } from '../../util/guard.ts';

/** Codes of RFC 6455, section 7.4.1. */
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
/** So many frames are heard before others have their turn, whatever is in them: one may be empty, or a ping. */
const MOST_FRAMES = 1024;
/** Pings of a client that does not read are not answered: nothing else would bound the answers that wait for it. */
const UNREAD_BYTES = 65_536;

/** A chunk that waited, as Node gives it to `_writev`. */
interface Waiting {
  readonly chunk: Buffer;
}

export class WebSocketStream extends Duplex implements TurnTask {
  readonly fault: Fault;
  readonly #webSocket: WebSocket;
  readonly #turn: Turn;
  #frames = 0;
  /** It had its share of this turn. */
  #rests = false;
  /** What the client did against the protocol. */
  #error: Error | undefined;

  /** `webSocket`: one that is open, and answers no ping by itself. */
  constructor(webSocket: WebSocket, turn: Turn, fault: Fault) {
    super();
    this.fault = fault;
    this.#webSocket = webSocket;
    this.#turn = turn;
    hear(webSocket, 'message', fault, (data: Buffer, isBinary: boolean) => this.#heard(data, isBinary));
    hear(webSocket, 'ping', fault, (data: Buffer) => this.#pinged(data));
    hear(webSocket, 'pong', fault, () => this.#count());
    hear(webSocket, 'error', fault, (error: Error) => void (this.#error = error));
    hear(webSocket, 'close', fault, () => this.#closed());
  }

  /** At once: left to the buffer, as much again would be read first. */
  override pause(): this {
    this.#webSocket.pause();
    return super.pause();
  }

  override resume(): this {
    super.resume();
    this.#readOn();
    return this;
  }

  override _read(): void {
    this.#readOn();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#webSocket.send(chunk, done);
  }

  override _writev(chunks: readonly Waiting[], done: (error?: Error | null) => void): void {
    const last = chunks.length - 1;
    chunks.forEach(({ chunk }, index) => {
      if (index < last) this.#webSocket.send(chunk, { fin: false });
      else this.#webSocket.send(chunk, { fin: true }, done);
    });
  }

  override _final(done: () => void): void {
    this.#webSocket.close(NORMAL_CLOSURE);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#webSocket.terminate();
    done(error);
  }

  /** Keeps proxies between the two from taking it for dead. */
  ping(): void {
    if (this.#webSocket.bufferedAmount < UNREAD_BYTES) this.#webSocket.ping();
  }

  // TurnTask

  flushEarly(): void {}

  endTurn(): void {
    this.#rests = false;
    this.#readOn();
  }

  #heard(data: Buffer, isBinary: boolean): void {
    this.#count();
    if (!isBinary) {
      this.#webSocket.close(UNSUPPORTED_DATA, 'AMQP is binary');
      return;
    }
    const isRead = this.#error === undefined && !this.destroyed && !this.readableEnded;
    if (isRead && !this.push(data)) this.#webSocket.pause();
  }

  #pinged(data: Buffer): void {
    this.#count();
    if (!this.#rests && this.#webSocket.bufferedAmount < UNREAD_BYTES) this.#webSocket.pong(data);
  }

  #count(): void {
    if (++this.#frames < MOST_FRAMES || this.#rests) return;
    this.#frames = 0;
    this.#rests = true;
    this.#webSocket.pause();
    this.#turn.atEnd(this);
  }

  #readOn(): void {
    if (!this.#rests && !this.isPaused()) this.#webSocket.resume();
  }

  /** What was said before is still to be read, unless it ended in something wrong. */
  #closed(): void {
    if (this.#error === undefined) this.push(null);
    else this.destroy(this.#error);
  }
}
