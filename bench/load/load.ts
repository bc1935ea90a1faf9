/**
 * Leads load threads through a measurement: all ready, warm-up, the measured stretch, and then the proof that what was published
 * was confirmed and arrived. A load that cannot prove that rejects.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { cpuSeconds } from '../target/process.ts';
import { Counters, type FromThread, type RoleSpec, type ThreadData, type ToThread } from './role.ts';

export interface LoadPlan {
  readonly roles: readonly RoleSpec[];
  /** Length of the measured stretch. */
  readonly seconds: number;
  /** Messages before it are not measured. */
  readonly warmupSeconds: number;
  /** How many times each published message is consumed: 0 where nobody consumes. Default 1. */
  readonly copies?: number;
  /** The broker's process, whose processor time is of interest. */
  readonly pid?: number | undefined;
}

export interface LoadResult {
  readonly published: number;
  readonly confirmed: number;
  readonly consumed: number;
  /** Messages a second in the measured stretch. */
  readonly publishRate: number;
  readonly consumeRate: number;
  /** Processor time of the broker in the measured stretch, in microseconds for a message in and out, where it is known. */
  readonly cpu: number | undefined;
  /** Of all threads that time, in ascending order, microseconds. */
  readonly times: Uint32Array;
}

/** Until what was published must have arrived, in milliseconds. */
const DRAIN_MS = 60_000;
const READY_MS = 60_000;
const POLL_MS = 20;

export async function runLoad(url: string, plan: LoadPlan): Promise<LoadResult> {
  await using threads = new LoadThreads(url, plan.roles);
  await threads.ready();
  threads.tell('start');
  await threads.unlessFailed(sleep(plan.warmupSeconds * 1000));
  threads.tell('measure');
  const cpuBefore = plan.pid === undefined ? 0 : cpuSeconds(plan.pid);
  const [before, after] = await threads.stretch(plan.seconds);
  const cpu = plan.pid === undefined ? undefined : (cpuSeconds(plan.pid) - cpuBefore) * 1e6;
  await threads.stop();

  const { published, confirmed } = threads.sample();
  if (threads.confirming && confirmed !== published) throw new Error(`${confirmed} of ${published} were confirmed`);
  const copies = plan.copies ?? 1;
  if (copies > 0) await threads.consumed(published * copies);
  const times = await threads.end();
  const seconds = (after.at - before.at) / 1000;
  return {
    published,
    confirmed,
    consumed: threads.sample().consumed,
    publishRate: (after.published - before.published) / seconds,
    consumeRate: (after.consumed - before.consumed) / seconds,
    cpu: cpu === undefined ? undefined : cpu / handled(before, after, copies),
    times,
  };
}

/** Messages of the measured stretch: the mean of those that came in and those that went out, which a backlog keeps apart. */
function handled(before: Sample, after: Sample, copies: number): number {
  const published = after.published - before.published;
  return copies === 0 ? published : (published + (after.consumed - before.consumed) / copies) / 2;
}

interface Sample {
  readonly at: number;
  readonly published: number;
  readonly confirmed: number;
  readonly consumed: number;
}

interface Thread {
  readonly worker: Worker;
  readonly spec: RoleSpec;
  readonly counters: Counters;
  readonly ready: Promise<void>;
  readonly stopped: Promise<void>;
  readonly ended: Promise<Uint32Array | undefined>;
}

export class LoadThreads implements AsyncDisposable {
  readonly #threads: readonly Thread[];
  readonly #failure = Promise.withResolvers<never>();

  constructor(url: string, roles: readonly RoleSpec[]) {
    this.#failure.promise.catch(() => {});
    this.#threads = roles.map((spec) => this.#startThread(url, spec));
  }

  /** True where a publisher asks for confirms. */
  get confirming(): boolean {
    return this.#threads.some(
      ({ spec }) => (spec.kind === 'publisher' || spec.kind === 'amqplib publisher') && spec.unconfirmed > 0,
    );
  }

  async ready(): Promise<void> {
    await this.#within(READY_MS, 'ready', Promise.all(this.#threads.map(({ ready }) => ready)));
  }

  tell(command: ToThread): void {
    for (const { worker } of this.#threads) worker.postMessage(command);
  }

  sample(): Sample {
    const sum = (of: (counters: Counters) => number) =>
      this.#threads.reduce((total, { counters }) => total + of(counters), 0);
    return {
      at: performance.now(),
      published: sum(({ published }) => published),
      confirmed: sum(({ confirmed }) => confirmed),
      consumed: sum(({ consumed }) => consumed),
    };
  }

  /** How much there was before and after so many seconds; or more, if the machine has no time for one message in them. */
  async stretch(seconds: number): Promise<readonly [before: Sample, after: Sample]> {
    const before = this.sample();
    for (;;) {
      await this.unlessFailed(sleep(seconds * 1000));
      const after = this.sample();
      const moved = after.published + after.consumed > before.published + before.consumed;
      if (moved || after.at > before.at + DRAIN_MS) return [before, after];
    }
  }

  /** Nothing new is sent; resolves when what was sent is taken, and confirmed. */
  async stop(): Promise<void> {
    this.tell('stop');
    await this.#within(DRAIN_MS, 'done publishing', Promise.all(this.#threads.map(({ stopped }) => stopped)));
  }

  /** Resolves when exactly so many messages were consumed. */
  async consumed(count: number): Promise<void> {
    const deadline = performance.now() + DRAIN_MS;
    let { consumed } = this.sample();
    while (consumed < count && performance.now() < deadline) {
      await this.unlessFailed(sleep(POLL_MS));
      ({ consumed } = this.sample());
    }
    if (consumed !== count) throw new Error(`${consumed} messages came instead of ${count}`);
  }

  /** Ends the threads; resolves with what they timed. */
  async end(): Promise<Uint32Array> {
    this.tell('end');
    const all = await this.#within(DRAIN_MS, 'gone', Promise.all(this.#threads.map(({ ended }) => ended)));
    const times = new Uint32Array(all.reduce((sum, one) => sum + (one?.length ?? 0), 0));
    let at = 0;
    for (const one of all) {
      if (one === undefined) continue;
      times.set(one, at);
      at += one.length;
    }
    return times.sort();
  }

  unlessFailed<Value>(promise: Promise<Value>): Promise<Value> {
    return Promise.race([promise, this.#failure.promise]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  async #within<Value>(ms: number, state: string, promise: Promise<Value>): Promise<Value> {
    const controller = new AbortController();
    const timeout = sleep(ms, undefined, { signal: controller.signal }).then(() => {
      throw new Error(`the load is not ${state} after ${ms / 1000} seconds`);
    });
    timeout.catch(() => {});
    try {
      return await this.unlessFailed(Promise.race([promise, timeout]));
    } finally {
      controller.abort();
    }
  }

  #startThread(url: string, spec: RoleSpec): Thread {
    const counters = new Counters();
    const data: ThreadData = { url, spec, counters: counters.memory };
    const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: data });
    const ready = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<Uint32Array | undefined>();
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'failed') this.#failure.reject(new Error(message.reason));
      else if (message.kind === 'ended') ended.resolve(message.times);
      else if (message.kind === 'ready') ready.resolve();
      else stopped.resolve();
    });
    void once(worker, 'error').then(([error]) => this.#failure.reject(error as Error));
    return { worker, spec, counters, ready: ready.promise, stopped: stopped.promise, ended: ended.promise };
  }
}
