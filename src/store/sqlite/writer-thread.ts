/** The thread that writes, as a store has it. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { hear } from '../../util/guard.ts';
import { StoreError } from '../store.ts';
import type { FromWriter, StoreWriter, ToWriter, WriterListener, WriterOptions } from './messages.ts';

export class WriterThread implements StoreWriter {
  readonly ended: Promise<void>;
  readonly #worker: Worker;

  /** `unref`: it does not keep the process alive. */
  constructor(options: WriterOptions, listener: WriterListener, unref: boolean) {
    const { fault } = listener;
    const worker = (this.#worker = start(options));
    hear(worker, 'message', fault, (message: FromWriter) => listener.heard(message));
    hear(worker, 'error', fault, (error: Error) => listener.lost(error));
    this.ended = new Promise((resolve) => worker.once('exit', () => resolve()));
    // Last: a listener has the thread keep the process alive.
    if (unref) worker.unref();
  }

  tell(message: ToWriter, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Of the file next to this one, in the form that this one has: TypeScript from the sources, JavaScript as published. */
function start(options: WriterOptions): Worker {
  // A bundler that makes CommonJS leaves no URL.
  const here: string | undefined = import.meta.url;
  const file = here && new URL(here.endsWith('.ts') ? './worker.ts' : './worker.js', here);
  if (!file || !existsSync(file)) {
    throw new StoreError(
      'A data folder needs files of the package leveret: have your bundler leave it out, as an external.',
    );
  }
  return new Worker(file, { name: 'leveret-store', workerData: options });
}
