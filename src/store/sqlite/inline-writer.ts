/** The writer in the thread of its store. What they say goes by a channel here too: neither notices a difference, but for the time it takes. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { hear } from '../../util/guard.ts';
import type { FromWriter, StoreWriter, ToWriter, WriterListener, WriterOptions } from './messages.ts';
import { Writer } from './writer.ts';

export class InlineWriter implements StoreWriter {
  readonly ended: Promise<void>;
  readonly #writer: Writer;
  readonly #listener: WriterListener;
  /** The store's end of the channel, and the writer's. */
  readonly #here: MessagePort;
  readonly #there: MessagePort;

  /** `unref`: it does not keep the process alive. */
  constructor(options: WriterOptions, listener: WriterListener, unref: boolean) {
    const { port1: here, port2: there } = new MessageChannel();
    [this.#here, this.#there] = [here, there];
    this.#listener = listener;
    this.#writer = new Writer(options, (message, transfer) => there.postMessage(message, transfer), this.#lost);
    hear(here, 'message', listener.fault, (message: FromWriter) => listener.heard(message));
    hear(there, 'message', this.#lost, (message: ToWriter) => {
      this.#writer.hear(message);
      if (message.kind === 'close') there.close();
    });
    this.ended = new Promise((resolve) => here.once('close', () => resolve()));
    if (unref) for (const port of [here, there]) port.unref();
  }

  tell(message: ToWriter, transfer: readonly ArrayBuffer[] = []): void {
    this.#here.postMessage(message, transfer);
  }

  async end(): Promise<void> {
    this.#there.close();
    this.#writer.close();
    await this.ended;
  }

  /** A defect: the writer goes on no more, and what else it was told is not heard. */
  readonly #lost = (error: unknown): void => {
    this.#there.close();
    this.#writer.close();
    this.#listener.lost(error as Error);
  };
}
