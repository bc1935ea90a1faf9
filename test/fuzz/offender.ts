/** A client that says whatever a test wants it to say, and takes what it is told without looking, or leaves it unread. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PATIENCE } from '../support/patience.ts';

export class Offender {
  readonly socket: Socket;
  /** As the broker's log names it. */
  readonly peer: string;
  /** What was received, up to a bound. */
  readonly #received: Buffer[] = [];
  #receivedBytes = 0;
  #last: Buffer = Buffer.alloc(0);
  readonly #closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.peer = `127.0.0.1:${socket.localPort}`;
    socket.on('data', (chunk: Buffer) => {
      this.#receivedBytes += chunk.length;
      this.#last = chunk;
      if (this.#received.length < 100) this.#received.push(chunk);
    });
    // A reset is the broker's good right; what counts is that the socket closes.
    socket.on('error', () => {});
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async dial(port: number): Promise<Offender> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Offender(socket);
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** True where this text was in the last that was received. */
  heard(text: string): boolean {
    return this.#last.includes(text);
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Resolves when the bytes are handed to the system; a broker that closed the socket is no error. */
  async say(bytes: Uint8Array): Promise<void> {
    if (this.socket.writable) await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()));
  }

  /** Says no more, and waits until the broker has dealt with all that was said and has closed the connection. */
  async finish(): Promise<void> {
    this.socket.resume();
    this.socket.end();
    await this.closed();
  }

  async closed(deadline = PATIENCE): Promise<void> {
    const timer = setTimeout(() => this.socket.destroy(new Error('deadline')), deadline);
    let late = false;
    this.socket.once('error', (error) => (late = error.message === 'deadline'));
    await this.#closed;
    clearTimeout(timer);
    if (late) throw new Error(`the broker did not close ${this.peer} within ${deadline} ms`);
  }

  /** Goes without a word. */
  destroy(): void {
    this.socket.destroy();
  }
}
