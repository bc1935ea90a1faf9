/** One life of the broker, from a start to a kill: clients live in it, and end with it. */
import type { Socket } from 'node:net';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';

export class Life {
  readonly url: string;
  readonly #connections: ChannelModel[] = [];
  readonly #clients: Promise<void>[] = [];
  readonly #failures: unknown[] = [];
  #enough = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<void>();
  #confirmsLeft = Infinity;
  #over = false;

  constructor(url: string) {
    this.url = url;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Resolves when so many more messages were confirmed, or a client failed. */
  async after(confirms: number): Promise<void> {
    if (this.#failures.length > 0) return;
    this.#confirmsLeft = confirms;
    this.#enough = Promise.withResolvers<void>();
    await this.#enough.promise;
  }

  confirmed(): void {
    if (--this.#confirmsLeft === 0) this.#enough.resolve();
  }

  async channel(): Promise<ConfirmChannel> {
    const connection = await connect(this.url);
    connection.on('error', () => undefined);
    this.#connections.push(connection);
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error) => this.#fail(error));
    return channel;
  }

  /** Runs a client. That it fails when the broker is killed is no failure. */
  run(client: () => Promise<void>): void {
    this.#clients.push(client().catch((error: unknown) => this.#fail(error)));
  }

  /** The broker is about to be killed: from here on clients may fail. */
  end(): void {
    this.#over = true;
    this.#end.resolve();
  }

  /** Waits for it, but no longer than this life. */
  async wait(condition: Promise<void>): Promise<void> {
    await Promise.race([condition, this.#end.promise]);
  }

  /** Waits until all clients have noticed; returns what went wrong before the end. */
  async ended(): Promise<unknown[]> {
    for (const { connection } of this.#connections) {
      // With an error: amqplib does not hear of any other end, and would wait three minutes for the heartbeats it misses.
      (connection as unknown as { stream: Socket }).stream.destroy(new Error('the broker is gone'));
    }
    await Promise.all(this.#clients);
    return this.#failures;
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#failures.push(error);
    this.#enough.resolve();
  }
}

/** Lets others have their turn. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
