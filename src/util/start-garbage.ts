/**
 * A start leaves garbage behind. V8 collects it when the heap has grown, to which a broker without work never comes; so the daemon
 * and the store's thread ask for a collection when they have started, which gives 6 MB back to the system.
 */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { collector } from './garbage.ts';

/** Milliseconds without work, after which nobody is expected to come while a collection runs. */
const REST_MS = 1000;
/** Share of them in which the thread may have been at work nevertheless. */
const LITTLE_WORK = 0.01;
/**
 * Bytes. A collection takes 1 to 2 ms a MiB, and this is what nobody may notice. A start that needs more, for many queues, has made V8
 * collect by itself.
 */
const LARGEST_HEAP = 24 * 1024 * 1024;

/**
 * Collects this thread's garbage once, when it rests for `rest` milliseconds for the first time, however long after the start that is:
 * who sends and receives meanwhile would wait, and run slowly after it, as it throws away compiled code too. Does not keep the process
 * from ending.
 */
export function collectStartGarbage(rest = REST_MS): void {
  const before = performance.eventLoopUtilization();
  const look = (): void => {
    if (performance.eventLoopUtilization(before).utilization > LITTLE_WORK) collectStartGarbage(rest);
    else collect();
  };
  setTimeout(look, rest).unref();
}

function collect(): void {
  if (getHeapStatistics().used_heap_size > LARGEST_HEAP) return;
  collector()({ type: 'major', flavor: 'last-resort' });
}
