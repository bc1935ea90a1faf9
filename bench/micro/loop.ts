/** Times a small piece of code: warm-up, then several runs of which the median counts. */

export interface Micro {
  readonly name: string;
  readonly description: string;
  /** Prepares what is to be timed. `run` does it `operations` times; an asynchronous one is waited for. */
  prepare(): Prepared | Promise<Prepared>;
}

export interface Prepared {
  readonly operations: number;
  /** Returns something that depends on what was done, so that none of it can be left out. */
  run(): number | Promise<number>;
  /** Clears up. */
  end?(): void | Promise<void>;
}

export interface MicroResult {
  readonly name: string;
  readonly description: string;
  /** Medians over the runs. */
  readonly nanoseconds: number;
  readonly operationsPerSecond: number;
  readonly runs: readonly number[];
}

const WARMUP_MS = 300;
const RUN_MS = 200;
const RUNS = 9;

export async function time(micro: Micro, milliseconds = RUN_MS): Promise<MicroResult> {
  const prepared = await micro.prepare();
  try {
    await spend(prepared, Math.min(WARMUP_MS, milliseconds * 2));
    const runs: number[] = [];
    for (let i = 0; i < RUNS; i++) runs.push(await spend(prepared, milliseconds));
    const nanoseconds = runs.toSorted((a, b) => a - b)[RUNS >> 1];
    const { name, description } = micro;
    return { name, description, nanoseconds, operationsPerSecond: 1e9 / nanoseconds, runs };
  } finally {
    await prepared.end?.();
  }
}

/** Runs for about so long; returns the nanoseconds of one operation. */
async function spend(prepared: Prepared, milliseconds: number): Promise<number> {
  let rounds = 0;
  let sum = 0;
  const startedAt = performance.now();
  let elapsed = 0;
  while (elapsed < milliseconds) {
    const result = prepared.run();
    sum += typeof result === 'number' ? result : await result;
    rounds++;
    elapsed = performance.now() - startedAt;
  }
  if (!Number.isFinite(sum)) throw new Error('a run returned no number');
  return (elapsed * 1e6) / (rounds * prepared.operations);
}
