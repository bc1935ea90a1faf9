/** A client's socket behind a network that a test may have slow: as fast as ever unless it does. */
import { Duplex } from 'node:stream';
import type { Clock } from '../../util/clock.ts';
import { hear } from '../../util/guard.ts';
import { Line, type Network } from './line.ts';

export class SlowSocket extends Duplex {
  readonly #socket: Duplex;
  readonly #toBroker: Line;
  readonly #toClient: Line;
  /** The write that waits until the client takes more. */
  #written: (() => void) | undefined;

  /** `network`: asked each time that octets come or go; undefined if it is as ever. */
  constructor(socket: Duplex, clock: Clock, network: () => Network | undefined, chance: () => number) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#toBroker = new Line(clock, network, (octets) => this.push(octets) || socket.pause(), chance);
    this.#toClient = new Line(clock, network, (octets) => socket.write(octets), chance);
    const fault = (error: unknown): void => void this.destroy(error as Error);
    hear(socket, 'data', fault, (octets: Buffer) => {
      this.#toBroker.send(octets);
      if (!this.#toBroker.full) return;
      socket.pause();
      this.#toBroker.whenRoom(() => socket.resume());
    });
    hear(socket, 'drain', fault, () => {
      const written = this.#written;
      this.#written = undefined;
      written?.();
    });
    hear(socket, 'end', fault, () => this.#toBroker.whenEmpty(() => this.push(null)));
    hear(socket, 'error', fault, fault);
    hear(socket, 'close', fault, () => this.destroy());
  }

  /** The network is as ever, also for what is on its way. */
  release(): void {
    this.#toBroker.release();
    this.#toClient.release();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(octets: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    // Who wrote it has its buffer back as soon as this is done.
    this.#toClient.send(Buffer.from(octets));
    if (this.#toClient.full) this.#toClient.whenRoom(done);
    else if (this.#socket.writableNeedDrain) this.#written = done;
    else done();
  }

  override _final(done: () => void): void {
    this.#toClient.whenEmpty(() => this.#socket.end(done));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#toBroker.end();
    this.#toClient.end();
    this.#socket.destroy();
    done(error);
  }
}
