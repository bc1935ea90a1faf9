/**
 * The thread that writes, as a store has it. To start one takes longer than all else that opening a store does. So one whose store was closed in good
 * order is kept for a while, for the next store of this process: tests that start broker after broker start a thread for few of them.
 */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type Fault, guardedClock, hear, rethrow, unawaited } from '../../util/guard.ts';
import { systemClock } from '../../util/system.ts';
import { StoreError } from '../store.ts';
import type { FromWriter, ToWriter, WriterClosed, WriterOptions } from './messages.ts';

/** How long a thread waits for another store, in milliseconds. */
const KEPT_MS = 5000;

/** Threads that wait, each with what ends its wait. */
const kept = new Map<Worker, () => void>();
const clock = guardedClock(systemClock, rethrow);

export interface WriterListener {
  heard(message: FromWriter): void;
  /** The thread has ended by itself. */
  lost(error: Error): void;
  readonly fault: Fault;
}

export class WriterThread {
  readonly #worker: Worker;
  readonly #silence: readonly (() => void)[];
  readonly #done = Promise.withResolvers<void>();
  #closed = false;
  #released = false;

  /** `unref`: it does not keep the process alive. */
  constructor(options: WriterOptions, listener: WriterListener, unref: boolean) {
    const { fault } = listener;
    const worker = (this.#worker = take());
    this.#silence = [
      hear(worker, 'message', fault, (message: FromWriter | WriterClosed) => {
        if (message.kind !== 'closed') return listener.heard(message);
        this.#closed = true;
        this.#done.resolve();
      }),
      hear(worker, 'error', fault, (error: Error) => listener.lost(error)),
      hear(worker, 'exit', fault, () => this.#done.resolve()),
    ];
    // Last: a listener has the thread keep the process alive.
    if (unref) worker.unref();
    else worker.ref();
    this.tell({ kind: 'begin', options });
  }

  /** Resolves when it has closed the store, or has ended. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  tell(message: ToWriter, transfer: readonly ArrayBuffer[] = []): void {
    // By then it may be another store's.
    if (!this.#released) this.#worker.postMessage(message, transfer);
  }

  /** The store is at its end. A thread that has not closed it is ended. */
  async release(): Promise<void> {
    this.#released = true;
    for (const silence of this.#silence) silence();
    if (this.#closed) keep(this.#worker);
    else await this.#worker.terminate();
  }
}

function take(): Worker {
  const [first] = kept;
  if (first === undefined) return start();
  const [worker, endWait] = first;
  endWait();
  return worker;
}

function keep(worker: Worker): void {
  worker.unref();
  const endWait = (): void => {
    timer.cancel();
    silence();
    kept.delete(worker);
  };
  const silence = hear(worker, 'error', rethrow, endWait);
  const timer = clock.after(KEPT_MS, () => {
    endWait();
    unawaited(rethrow, worker.terminate());
  });
  kept.set(worker, endWait);
}

/** Of the file next to this one, in the form that this one has: TypeScript from the sources, JavaScript as published. */
function start(): Worker {
  // A bundler that makes CommonJS leaves no URL.
  const here: string | undefined = import.meta.url;
  const file = here && new URL(here.endsWith('.ts') ? './worker.ts' : './worker.js', here);
  if (!file || !existsSync(file)) {
    throw new StoreError(
      'A data folder needs files of the package leveret: have your bundler leave it out, as an external.',
    );
  }
  return new Worker(file, { name: 'leveret-store' });
}
